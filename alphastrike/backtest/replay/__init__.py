"""What would have happened: measures, statistics and pictures of branches that fork at an intervention."""
