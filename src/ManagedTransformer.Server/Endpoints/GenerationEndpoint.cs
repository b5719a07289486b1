using ManagedTransformer.Generation;
using ManagedTransformer.Server.Generations;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Requests;

namespace ManagedTransformer.Server.Endpoints;

/// <summary>Generates texts: what the two endpoints that do so have in common.</summary>
/// <param name="models">The models.</param>
/// <param name="options">Limits.</param>
internal abstract class GenerationEndpoint(ServedModels models, ServerOptions options) : IEndpoint
{
    /// <summary>Most likeliest tokens that are told.</summary>
    protected const int MostProbabilities = 20;

    /// <inheritdoc/>
    public abstract string Path { get; }

    /// <inheritdoc/>
    public string Method => HttpMethods.Post;

    /// <summary>Members of requests that change no text.</summary>
    protected static string[] Ignored { get; } =
    [
        "user", "store", "metadata", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
        "parallel_tool_calls", "verbosity",
    ];

    /// <summary>Limits.</summary>
    protected ServerOptions Options => options;

    /// <summary>What it asks of a model, for messages.</summary>
    protected abstract string Purpose { get; }

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        GenerationJob job;
        using (RequestBody body = await RequestBody.ReadAsync(context, options.MaxBodyBytes, cancellation))
        {
            ServedLanguageModel model = models.Require<ServedLanguageModel>(body, Purpose);
            measurements.Model = model.Name;
            job = Read(body, model);
        }

        await new GenerationResponse(context, job, measurements).WriteAsync(cancellation);
    }

    /// <summary>Reads what a request wants.</summary>
    /// <param name="body">The request.</param>
    /// <param name="model">The model that it names.</param>
    protected abstract GenerationJob Read(RequestBody body, ServedLanguageModel model);

    /// <summary>The length that a request asks for; null where it does not.</summary>
    /// <param name="body">The request.</param>
    /// <param name="names">Members that may say it; the first that does counts.</param>
    protected int? Length(RequestBody body, params ReadOnlySpan<string> names)
    {
        int? length = null;
        foreach (string name in names)
        {
            length ??= (int?)body.Integer(name, 1, options.MaxTokens);
        }

        return length;
    }

    /// <summary>Copies of texts, with the room that they have.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">A text for each prompt.</param>
    /// <param name="copies">How many of each, with seeds that count up.</param>
    /// <param name="length">What the request asks for; null for as much as there may be.</param>
    /// <exception cref="RequestException">A prompt is too long, or there are too many texts.</exception>
    protected List<TextGeneration> Texts(
        ServedLanguageModel model, IReadOnlyList<TextGeneration> prompts, int copies, int? length)
    {
        if ((long)prompts.Count * copies > options.MaxTexts)
        {
            throw RequestException.Invalid(
                "n", $"is {copies}, which makes {(long)prompts.Count * copies} texts; a request may have {options.MaxTexts}");
        }

        long places = options.Slots + (long)options.Queue;
        if ((long)prompts.Count * copies > places)
        {
            throw RequestException.Invalid("n", $"is {copies}, which makes {(long)prompts.Count * copies} texts; this server has room for "
                + $"{places} at a time");
        }

        List<TextGeneration> texts = [];
        foreach (TextGeneration prompt in prompts)
        {
            int tokens = Room(model, prompt, length);
            for (int i = 0; i < copies; i++)
            {
                texts.Add(prompt.With(tokens, unchecked(prompt.Seed + (ulong)i)));
            }
        }

        return texts;
    }

    /// <summary>How many texts a request wants of each prompt.</summary>
    protected int Copies(RequestBody body) => (int)(body.Integer("n", 1, options.MaxTexts) ?? 1);

    /// <summary>Reads <c>stream</c> and <c>stream_options</c>.</summary>
    protected static (bool IsStream, bool IncludesUsage) Streaming(RequestBody body)
    {
        bool isStream = body.Flag("stream") ?? false, includesUsage = false;
        if (body.Element("stream_options") is { } more)
        {
            if (!isStream)
            {
                throw RequestException.Invalid("stream_options", "applies with 'stream' only");
            }

            using RequestBody inner = RequestBody.Of(more, "stream_options");
            includesUsage = inner.Flag("include_usage") ?? false;
            inner.RequireNothingElse("include_obfuscation");
        }

        return (isStream, includesUsage);
    }

    // The most new tokens.
    private int Room(ServedLanguageModel model, TextGeneration prompt, int? length)
    {
        if (prompt.PromptTokens > options.MaxPromptTokens)
        {
            throw new RequestException(
                StatusCodes.Status400BadRequest,
                $"The prompt has {prompt.PromptTokens} tokens, and this server reads at most {options.MaxPromptTokens}.", null,
                "prompt_too_long");
        }

        // A text that fills all positions has one token more, which nothing reads.
        long room = model.Positions == int.MaxValue ? int.MaxValue : (long)model.Positions - prompt.PromptTokens + 1;
        if ((length ?? 1) > room)
        {
            throw new RequestException(
                StatusCodes.Status400BadRequest,
                $"The model has {model.Positions} positions; the prompt has {prompt.PromptTokens} tokens"
                + (length is null ? "." : $", and {length} new ones are asked for."), null, "context_length_exceeded");
        }

        return (int)Math.Min(length ?? options.MaxTokens, room);
    }
}
