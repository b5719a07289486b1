using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ManagedTransformer.Server.Tests;

/// <summary>What no server should have to read: each is answered with a status and a sentence, and the server goes on.</summary>
public sealed class BadRequestTests
{
    [Theory]
    [InlineData("", "The body is no JSON object")]
    [InlineData("{", "The body is no JSON object")]
    [InlineData("[]", "The body is a list and no JSON object.")]
    [InlineData("{\"model\": \"tiny\", \"model\": \"tiny\"}", "The body is no JSON object")]
    [InlineData("{\"model\": \"../tiny\", \"prompt\": \"a\"}", "There is no model of that name", 404)]
    [InlineData("{\"model\": \"/etc/passwd\", \"prompt\": \"a\"}", "There is no model of that name", 404)]
    [InlineData("{\"model\": 3, \"prompt\": \"a\"}", "'model' must be a text in quotes, not 3.")]
    [InlineData("{\"model\": \"tiny\"}", "'prompt' is missing.")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": \"\"}", "The prompt is empty")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": []}", "'prompt' must be a text, or a list")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": [-1]}", "'prompt' must be a whole number from 0")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": [1000000]}", "The prompt has the token 1000000")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": \"\\ud800\"}", "'prompt' is no valid text")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": \"日本\"}", "'日'")]
    [InlineData("{\"model\": \"tiny\", \"prompt\": [\"a\", \"b\"], \"n\": 40}", "'n' is 40, which makes 80 texts")]
    public async Task ACompletionIsRefusedInOneSentence(string json, string message, int status = 400)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync("/v1/completions", json, status);
        string sentence = (string)answer["error"]!["message"]!;
        Assert.Contains(message, sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", sentence, StringComparison.Ordinal);
        await server.PostAsync("/v1/completions", """{"model": "tiny", "prompt": "hello"}""", 200);
    }

    [Theory]
    [InlineData("\"max_tokens\": 0", "'max_tokens' must be a whole number from 1 to 480, not 0.")]
    [InlineData("\"max_tokens\": -1", "'max_tokens' must be a whole number from 1 to 480, not -1.")]
    [InlineData("\"max_tokens\": 1e30", "'max_tokens' must be")]
    [InlineData("\"temperature\": NaN", "The body is no JSON object")]
    [InlineData("\"temperature\": \"NaN\"", "'temperature' must be a number from 0 to 100, not a text.")]
    [InlineData("\"temperature\": -0.1", "'temperature' must be a number from 0 to 100, not -0.1.")]
    [InlineData("\"temperature\": 1e400", "'temperature' must be")]
    [InlineData("\"top_p\": 0", "'top_p' must be above 0")]
    [InlineData("\"n\": 0", "'n' must be")]
    [InlineData("\"stop\": \"\"", "'stop' has a text of 0 characters")]
    [InlineData("\"stop\": [1]", "'stop' must be a text in quotes, not 1.")]
    [InlineData("\"seed\": 1.5", "'seed' must be a whole number")]
    [InlineData("\"logit_bias\": {\"-1\": 1}", "'logit_bias' names a token")]
    [InlineData("\"logit_bias\": {\"1\": 1000}", "'logit_bias' must be a number from -100 to 100")]
    [InlineData("\"stop_token_ids\": [-1]", "'stop_token_ids' must be a whole number from 0")]
    [InlineData("\"logprobs\": 21", "'logprobs' must be a whole number from 0 to 20, not 21.")]
    [InlineData("\"echo\": true, \"logprobs\": 1", "'echo' does not go with 'logprobs'")]
    [InlineData("\"best_of\": 3", "'best_of' must be what 'n' is")]
    [InlineData("\"suffix\": \"b\"", "'suffix' asks for something")]
    [InlineData("\"stream\": 1", "'stream' must be true or false, not 1.")]
    [InlineData("\"stream_options\": {}", "'stream_options' applies with 'stream' only.")]
    [InlineData("\"stream\": true, \"stream_options\": {\"x\": 1}", "'stream_options.x' is not")]
    [InlineData("\"tempratur\": 1", "'tempratur' is not a parameter of this request.")]
    [InlineData("\"\\ud800\": 1", "")]
    public Task AParameterIsRefusedInOneSentence(string member, string message) =>
        ACompletionIsRefusedInOneSentence($"{{\"model\": \"tiny\", \"prompt\": \"a\", {member}}}", message);

    [Theory]
    [InlineData("[]", "'messages' must be a list")]
    [InlineData("[3]", "'messages[0]' must be an object")]
    [InlineData("[{\"role\": \"user\"}]", "'messages[0].content' is missing.")]
    [InlineData("[{\"content\": \"a\"}]", "'messages[0].role' is missing.")]
    [InlineData("[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]", "has a part that is no text")]
    [InlineData("[{\"role\": \"user\", \"content\": \"a\", \"tool_calls\": [1]}]", "'messages[0]' has a member")]
    public async Task AConversationIsRefusedInOneSentence(string messages, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync("/v1/chat/completions", $"{{\"model\": \"tiny\", \"messages\": {messages}}}", 400);
        Assert.Contains(message, (string)answer["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"tools\": [{}]", "'tools' asks for something")]
    [InlineData("\"tool_choice\": \"required\"", "'tool_choice' asks for tools")]
    [InlineData("\"top_logprobs\": 2", "'top_logprobs' applies with 'logprobs' only.")]
    [InlineData("\"response_format\": {\"type\": \"json_object\"}", "'response_format' must be of the type 'text'.")]
    public Task WhatIsNoTextIsRefusedInOneSentence(string member, string message) =>
        AConversationIsRefusedInOneSentence($"[{{\"role\": \"user\", \"content\": \"a\"}}], {member}", message);

    [Theory]
    [InlineData("{\"model\": \"tiny\"}", "'input' is missing.")]
    [InlineData("{\"model\": \"tiny\", \"input\": \"\"}", "'input' has a text of 0 tokens")]
    [InlineData("{\"model\": \"tiny\", \"input\": [-1]}", "'input' must be a whole number from 0")]
    [InlineData("{\"model\": \"tiny\", \"input\": [99999]}", "The text has the token 99999")]
    [InlineData("{\"model\": \"tiny\", \"input\": \"a\", \"dimensions\": 8}", "'dimensions' must be 32")]
    [InlineData("{\"model\": \"tiny\", \"input\": \"a\", \"encoding_format\": \"int8\"}", "'encoding_format' must be 'float' or 'base64'.")]
    public async Task ATextToEmbedIsRefusedInOneSentence(string json, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync("/v1/embeddings", json, 400);
        Assert.Contains(message, (string)answer["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelThatDoesNotTranslateIsNotAsked()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync("/translate", """{"model": "tiny", "text": "a"}""", 400);
        Assert.Equal("The model is of another kind and cannot translate.", (string?)answer["error"]!["message"]);
    }

    [Fact]
    public async Task ATextBeyondTheModelsPositionsIsRefused()
    {
        await using TestServer server = await TestServer.StartAsync();
        string prompt = new('a', 500);
        JsonNode answer = await server.PostAsync(
            "/v1/completions", $$"""{"model": "tiny", "prompt": "{{prompt}}", "max_tokens": 14}""", 400);
        Assert.Equal("context_length_exceeded", (string?)answer["error"]!["code"]);
        await server.PostAsync("/v1/completions", $$"""{"model": "tiny", "prompt": "{{prompt}}", "max_tokens": 13}""", 200);
    }

    [Fact]
    public async Task ALongBodyIsNotRead()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync(
            "/v1/completions", $$"""{"model": "tiny", "prompt": "{{new string('a', 12 << 20)}}"}""", 413);
        Assert.Equal("body_too_large", (string?)answer["error"]!["code"]);
    }

    [Fact]
    public async Task OtherPathsMethodsTypesAndHostsAreRefused()
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/v2/models")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/v1/models/..%2f..%2fetc%2fpasswd")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.Http.GetAsync("/v1/completions")).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await server.Http.PostAsync(
            "/v1/completions", new StringContent("""{"prompt": "a"}""", Encoding.UTF8, "text/plain"))).StatusCode);
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/v1/models") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.SendAsync(rebound)).StatusCode);
        using HttpRequestMessage foreign = new(HttpMethod.Get, "/v1/models") { Headers = { { "Origin", "http://evil.example" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.SendAsync(foreign)).StatusCode);
    }

    [Fact]
    public async Task AWrongKeyIsTellingNothing()
    {
        await using TestServer server = await TestServer.StartAsync(
            options => options with { ApiKeys = ["0123456789abcdef", "fedcba9876543210"] });
        foreach (string? header in new[] { null, "Bearer", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Basic 0123456789abcdef" })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, header?.Length > 10 ? "/v1/models" : "/nothing");
            request.Headers.TryAddWithoutValidation("Authorization", header);
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.SendAsync(request)).StatusCode);
        }

        using HttpRequestMessage right = new(HttpMethod.Get, "/v1/models") { Headers = { { "Authorization", "Bearer fedcba9876543210" } } };
        Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(right)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task TheLogHasNoText()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.PostAsync("/v1/completions", """{"model": "tiny", "prompt": "hello secret", "stop": "secret"}""", 200);
        await server.PostAsync("/v1/completions", """{"model": "secret", "prompt": "hello secret", "secret": "secret"}""", 404);
        await server.Http.GetAsync("/secret?secret");
        Assert.Contains("POST /v1/completions 200 tiny prompt=12 tokens=16", server.Log, StringComparison.Ordinal);
        Assert.Contains("GET other 404", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", server.Log, StringComparison.Ordinal);
    }
}
