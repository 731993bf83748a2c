"""Import this before any compiled code: it says where machine code is kept, as the commands do."""

from alphastrike.app.kernel_cache import use_kernel_cache

use_kernel_cache()
