"""What `doctor` says of Ollama: there, or the next thing to do."""

from alphastrike.app.health_ollama import ollama_state
from alphastrike.llm.config import OllamaConfig
from tests.support.fake_ollama import DIGEST, ScriptedOllama, in_a_thread


def test_a_model_that_is_there_is_named_with_its_digest():
    with in_a_thread(ScriptedOllama()) as host:
        state = ollama_state(OllamaConfig(host=host), patience_s=20)

    assert state.endswith(f"qwen2.5:1.5b is {DIGEST}")


def test_a_model_that_is_missing_is_to_be_pulled():
    with in_a_thread(ScriptedOllama(models=[])) as host:
        state = ollama_state(OllamaConfig(host=host), patience_s=20)

    assert "ollama pull qwen2.5:1.5b" in state


def test_nobody_there_says_how_to_install_it():
    state = ollama_state(OllamaConfig(host="http://127.0.0.1:1"))

    assert "https://ollama.com/download" in state
    assert "ollama pull qwen2.5:1.5b" in state
