using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Generations;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Requests;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>POST /v1/completions</c>: continues texts.</summary>
/// <param name="models">The models.</param>
/// <param name="options">Limits.</param>
internal sealed class CompletionsEndpoint(ServedModels models, ServerOptions options) : GenerationEndpoint(models, options)
{
    private const int UsualLength = 16;

    /// <inheritdoc/>
    public override string Path => "/v1/completions";

    /// <inheritdoc/>
    protected override string Purpose => "complete texts";

    /// <inheritdoc/>
    protected override GenerationJob Read(RequestBody body, ServedLanguageModel model)
    {
        JsonElement prompt = body.Element("prompt") ?? throw RequestException.Invalid("prompt", "is missing");
        List<(string? Text, int[]? Tokens)> prompts = PromptList.Read(prompt, "prompt", Options.MaxTexts);
        int length = Length(body, "max_tokens") ?? Math.Min(UsualLength, Options.MaxTokens);
        int copies = Copies(body);
        if (body.Integer("best_of", 1, Options.MaxTexts) is { } best && best != copies)
        {
            throw RequestException.Unsupported("best_of", "must be what 'n' is: this server returns all texts that it generates");
        }

        int? probabilities = (int?)body.Integer("logprobs", 0, MostProbabilities);
        bool echoes = body.Flag("echo") ?? false;
        if (echoes && probabilities is not null)
        {
            throw RequestException.Unsupported("echo", "does not go with 'logprobs' here: those of the prompt are not told");
        }

        body.Refuse("suffix");
        (bool isStream, bool includesUsage) = Streaming(body);
        GenerationOptions generation = GenerationParameters.Read(body, model.Model.Tokenizer.VocabularySize) with
        {
            LogProbabilities = probabilities,
        };
        body.RequireNothingElse(Ignored);
        TextGeneration[] begun = [.. prompts.Select((entry, index) =>
        {
            GenerationOptions own = generation with { Seed = unchecked(generation.Seed + (ulong)((long)index * copies)) };
            return entry.Tokens is { } tokens ? model.Model.Continue(tokens, own) : model.Model.Generate(entry.Text!, own);
        })];
        return new GenerationJob(
            model, Texts(model, begun, copies, length), prompts.Count,
            new TextCompletionFormat(model, echoes, probabilities is not null))
        {
            IsStream = isStream,
            IncludesUsage = includesUsage,
            TellsProbabilities = probabilities is not null,
        };
    }
}
