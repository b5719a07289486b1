using System.Text.Json;
using ManagedTransformer.Server;
using ManagedTransformer.Server.Endpoints;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Pipeline;
using Microsoft.AspNetCore.Http;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Bodies of requests, which go the way that a request goes behind Kestrel.</summary>
internal static class ServerTargets
{
    private const string Body = "body.json";

    private static readonly StringWriter _log = new();
    private static readonly Lazy<RequestPipeline> _pipeline = new(Create);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of("http-chat", "/v1/chat/completions"), Of("http-completions", "/v1/completions"), Of("http-embeddings", "/v1/embeddings"),
        Of("http-translate", "/translate"),
    ];

    private static FuzzTarget Of(string name, string path) => new(
        name, $"bodies of requests to {path}", Body, folder => Answer(path, File.ReadAllBytes(Path.Combine(folder, Body))))
    {
        Form = FuzzForm.Json,
        Words = ["\"stream\":true", "\"n\":64", "\"logprobs\":20", "\"echo\":true", "\"max_tokens\":9", "\"stop\":[\"a\"]", "\\ud800"],
    };

    private static void Answer(string path, byte[] body)
    {
        DefaultHttpContext context = new();
        context.Request.Method = HttpMethods.Post;
        context.Request.Path = path;
        context.Request.Host = new HostString("localhost");
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(body);
        context.Response.Body = new MemoryStream();
        _log.GetStringBuilder().Clear();
        _pipeline.Value.HandleAsync(context).GetAwaiter().GetResult();
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            throw new InvalidOperationException($"Status {context.Response.StatusCode}: {_log}");
        }

        context.Response.Body.Position = 0;
        bool isEvent = context.Response.Body.ReadByte() != '{'; // In the midst of a stream an error is one.
        if (context.Response.StatusCode != StatusCodes.Status200OK && !isEvent)
        {
            context.Response.Body.Position = 0;
            using JsonDocument error = JsonDocument.Parse(context.Response.Body);
            throw new InputException(error.RootElement.GetProperty("error").GetProperty("message").GetString()!);
        }
    }

    private static RequestPipeline Create()
    {
        ServerOptions options = new() { MaxTokens = 4, MaxPromptTokens = 60, Deadline = TimeSpan.FromSeconds(30) };
        ServedModels models = new(
        [
            ServedModels.Serve("tiny", TinyModels.Language(), options, []),
            ServedModels.Serve("translation", TinyModels.Translation(), options, []),
        ]);
        Router router = new(
        [
            new CompletionsEndpoint(models, options), new ChatCompletionsEndpoint(models, options), new EmbeddingsEndpoint(models, options),
            new TranslateEndpoint(models, options),
        ]);
        return new RequestPipeline(
            options, router, new ServerMetrics(models, options.Slots), _log, CancellationToken.None, CancellationToken.None);
    }
}
