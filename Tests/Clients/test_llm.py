"""llm with openai's own client, which checks every answer against its own models."""

import json

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


TOOLS = [{"type": "function", "function": {
    "name": "policy_simulator", "description": "Tries a policy.", "parameters": {"type": "object", "properties": {}}}}]
PLAN = [{"role": "user", "content": "Plan the actions for cheaper answers"}]


def test_a_tool_is_called_and_its_result_is_used(client):
    choice = client.chat.completions.create(model="gpt-4o", messages=PLAN, tools=TOOLS).choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.content is None
    call = choice.message.tool_calls[0]
    assert call.function.name == "policy_simulator" and json.loads(call.function.arguments)["policy"]["share_percent"] == 60
    result = {"role": "tool", "tool_call_id": call.id, "content": json.dumps({"savings_percent": 31})}
    answer = client.chat.completions.create(model="gpt-4o", messages=[*PLAN, choice.message, result], tools=TOOLS).choices[0]
    assert answer.finish_reason == "stop" and "was tried and holds" in answer.message.content


def test_a_tool_call_is_streamed_in_pieces(client):
    with client.chat.completions.stream(model="gpt-4o", messages=PLAN, tools=TOOLS) as stream:
        kinds = [event.type for event in stream]
        completion = stream.get_final_completion()
    assert "tool_calls.function.arguments.delta" in kinds and kinds.count("tool_calls.function.arguments.done") == 1
    call = completion.choices[0].message.tool_calls[0]
    assert json.loads(call.function.arguments)["period"] == "24h" and completion.choices[0].finish_reason == "tool_calls"


def test_several_choices_and_json(client):
    several = client.chat.completions.create(model="gpt-4o", messages=QUESTION, n=2)
    assert [choice.index for choice in several.choices] == [0, 1]
    asked = [{"role": "user", "content": "Say hello in JSON"}]
    answer = client.chat.completions.create(model="gpt-4o", messages=asked, response_format={"type": "json_object"})
    assert isinstance(json.loads(answer.choices[0].message.content), dict)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="gpt-4o", messages=QUESTION, response_format={"type": "json_object"})


def test_a_busy_model_is_tried_again(client):
    with pytest.raises(openai.RateLimitError) as error:
        client.chat.completions.create(model="busy-model", messages=QUESTION)
    assert error.value.code == "rate_limit_exceeded" and error.value.response.headers["retry-after"] == "1"
    assert client.chat.completions.create(model="busy-model", messages=QUESTION).choices[0].message.content
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="overloaded-model", messages=QUESTION)


def test_a_model_is_described(client):
    assert client.models.retrieve("busy-model").owned_by == "backlot"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")
