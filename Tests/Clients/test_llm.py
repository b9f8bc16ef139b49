"""llm with openai's own client, which checks every answer against its own models."""

import openai
import pytest


@pytest.fixture
def client(backlot):
    with openai.OpenAI(base_url=backlot["OPENAI_BASE_URL"], api_key=backlot["OPENAI_API_KEY"], max_retries=0) as client:
        yield client


QUESTION = [{"role": "user", "content": "What can we save on costs?"}]


def test_a_completion_is_whole(client):
    completion = client.chat.completions.create(model="gpt-4o", messages=QUESTION)
    choice = completion.choices[0]
    assert choice.finish_reason == "stop" and choice.message.role == "assistant"
    assert "cache the prompts" in choice.message.content
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_a_stream_says_the_same_in_pieces(client):
    whole = client.chat.completions.create(model="gpt-4o", messages=QUESTION).choices[0].message.content
    options = {"include_usage": True}
    with client.chat.completions.create(model="gpt-4o", messages=QUESTION, stream=True, stream_options=options) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert len(chunks) > 10 and len({chunk.id for chunk in chunks}) == 1
    assert chunks[-1].usage.completion_tokens == len(chunks) - 3, "all but the opening, the closing and the count"


def test_limits_and_stops(client):
    short = client.chat.completions.create(model="gpt-4o", messages=QUESTION, max_tokens=3).choices[0]
    assert short.finish_reason == "length" and len(short.message.content.split()) == 3
    cut = client.chat.completions.create(model="gpt-4o", messages=QUESTION, stop=["batch"]).choices[0]
    assert "batch" not in cut.message.content and cut.finish_reason == "stop"


def test_errors_become_the_clients_own(client, backlot):
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model="gpt-4o", messages=[])
    assert error.value.param == "messages" and error.value.code == "empty_array"
    with pytest.raises(openai.NotFoundError):
        client.get("/no/such/path", cast_to=object)


def test_models_are_listed(client):
    assert "backlot-default" in [model.id for model in client.models.list()]
