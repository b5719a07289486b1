using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Extensions.AI.Tests;
using ManagedTransformer.Inspection;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Tokenization.Chat;
using OpenAI;

namespace ManagedTransformer.Server.Tests;

/// <summary>A server of small models on a port of its own, and clients of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>A language model with a chat template.</summary>
    public const string Language = "tiny";

    /// <summary>A language model without one.</summary>
    public const string Plain = "plain";

    /// <summary>A language model whose heads have spans, where it is asked for.</summary>
    public const string Spans = "spans";

    /// <summary>A translation model with exits, where it is asked for.</summary>
    public const string Translation = "translation";

    private const string Template =
        "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

    private readonly ModelServer _server;

    private TestServer(ModelServer server, LanguageModel model, StringWriter log)
    {
        (_server, Model, LogWriter) = (server, model, log);
        Http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>The model <see cref="Language"/>.</summary>
    public LanguageModel Model { get; }

    /// <summary>A client that knows nothing of the server's interface.</summary>
    public HttpClient Http { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => _server.Address;

    /// <summary>The lines that the server wrote.</summary>
    public string Log
    {
        get
        {
            lock (LogWriter)
            {
                return LogWriter.ToString();
            }
        }
    }

    private StringWriter LogWriter { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="change">Its options, from ones with any free port.</param>
    /// <param name="hasAll">Whether it has models of all kinds.</param>
    /// <param name="isSlow">Whether a long text takes long enough for something to happen meanwhile, however busy the machine is.</param>
    public static async Task<TestServer> StartAsync(
        Func<ServerOptions, ServerOptions>? change = null, bool hasAll = false, bool isSlow = false)
    {
        ServerOptions options = new() { Port = 0, MaxTokens = 480 };
        options = change?.Invoke(options) ?? options;
        LanguageModel model = TinyModel.Create(template: new ChatTemplate(Template), layers: isSlow ? 80 : 2);
        StringWriter log = new();
        ServedModels models = new(
        [
            ServedModels.Serve(Language, model, options, []),
            ServedModels.Serve(Plain, TinyModel.Create(), options, []),
            .. hasAll ? Others(options) : [],
        ]);
        return new TestServer(await ModelServer.StartAsync(models, options, TextWriter.Synchronized(log)), model, log);
    }

    /// <summary>OpenAI's client of the server.</summary>
    /// <param name="key">The key that it sends.</param>
    public OpenAIClient Client(string key = "any") => new(new ApiKeyCredential(key), new OpenAIClientOptions
    {
        Endpoint = new Uri(Address, "v1"),
        RetryPolicy = new ClientRetryPolicy(0),
    });

    /// <summary>Sends JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken cancellation = default) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), cancellation);

    /// <summary>Sends JSON and reads JSON; the status must be as expected.</summary>
    public async Task<JsonNode> PostAsync(string path, string json, int status)
    {
        using HttpResponseMessage response = await PostAsync(path, json);
        string text = await response.Content.ReadAsStringAsync();
        Xunit.Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The value of a metric.</summary>
    public async Task<double> MetricAsync(string sample)
    {
        string text = await Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? double.NaN : double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Stops it as a signal does.</summary>
    public Task StopAsync(CancellationToken atOnce = default) => _server.StopAsync(atOnce);

    private static ServedModel[] Others(ServerOptions options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("spans");
        try
        {
            LanguageModel spans = OtherModels.CreateSpans();
            spans.Save(Path.Combine(folder.FullName, Spans));
            return
            [
                ServedModels.Serve(Spans, spans, options, ModelSummary.Of(Path.Combine(folder.FullName, Spans)).Reports),
                ServedModels.Serve(Translation, OtherModels.CreateTranslation(), options, []),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}
