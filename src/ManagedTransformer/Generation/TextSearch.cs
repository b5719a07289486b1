using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>Beam search over the continuations of a text.</summary>
/// <param name="network">The network.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="ends">Tokens with which the model ends texts.</param>
internal sealed class TextSearch(CausalLanguageModel network, ITokenizer tokenizer, IReadOnlyList<int> ends)
{
    /// <summary>Searches.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="text">Its text; empty where the tokens only begin one.</param>
    /// <param name="options">Length and processors; null: the usual ones.</param>
    /// <param name="search">The number of beams and how texts are ranked.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public IReadOnlyList<TextHypothesis> Run(
        int[] prompt, string text, GenerationOptions? options, BeamSearchOptions search, CancellationToken cancellation)
    {
        options ??= new GenerationOptions();
        RequireFit(options, prompt.Length);
        options.RequireKnown(tokenizer.VocabularySize);
        IReadOnlyList<int> stops = options.IgnoreEndOfText ? [] : ends;
        SearchTokens tokens = new()
        {
            Start = prompt[^1],
            Ends = [.. options.StopTokens.Concat(stops).Distinct()],
            Padding = null,
            Unknown = null,
            MustEnd = false,
        };
        BeamSearch beams = new(search with { MaxLengthFactor = 0, MaxLengthConstant = options.MaxTokens })
        {
            Tokens = tokens,
            Processing = new SearchProcessing(LogitsChain.Of(options, isSearch: true), prompt),
            Cancellation = cancellation,
        };
        return [.. Find(beams, prompt, options, search.Beam).Select(Hypothesis)];

        TextHypothesis Hypothesis(Hypothesis found)
        {
            bool isEnded = tokens.Ends.Contains(found.Tokens[^1]);
            int[] ids = [.. isEnded ? found.Tokens.SkipLast(1) : found.Tokens];
            FinishReason finish = !isEnded ? FinishReason.Length
                : stops.Contains(found.Tokens[^1]) ? FinishReason.EndOfText : FinishReason.StopToken;
            return new TextHypothesis(
                new TextContinuation(tokenizer, prompt, text).Decode(ids), ids, found.Score, found.TokenLogProbabilities, finish);
        }
    }

    private IReadOnlyList<Hypothesis> Find(BeamSearch beams, int[] prompt, GenerationOptions options, int beam)
    {
        try
        {
            return beams.Search(
                new LanguageScorer(network, prompt, beam, tokenizer.VocabularySize, options.Exits, beams.Cancellation), [1])[0];
        }
        catch (NotSupportedException e)
        {
            throw new InputException($"The model has no part in a beam search: {e.Message}", e);
        }
    }

    private void RequireFit(GenerationOptions options, int length)
    {
        options.Validate();
        string? drawing = options switch
        {
            { Temperature: not (0 or 1) } => nameof(options.Temperature),
            { TopK: > 0 } => nameof(options.TopK),
            { TopP: < 1 } => nameof(options.TopP),
            { MinP: > 0 } => nameof(options.MinP),
            { TypicalP: < 1 } => nameof(options.TypicalP),
            { StopStrings.Count: > 0 } => nameof(options.StopStrings),
            { LogProbabilities: not null } => nameof(options.LogProbabilities),
            { ExitObserver: not null } => nameof(options.ExitObserver),
            _ => null,
        };
        if (drawing is not null)
        {
            throw new InputException($"GenerationOptions.{drawing} has no part in a beam search.");
        }

        if (options.MaxTokens == 0)
        {
            throw new InputException("A beam search needs at least one token to search (GenerationOptions.MaxTokens).");
        }

        // The last token is not read.
        long room = (long)network.Config.PositionLimit - length + 1;
        if (options.MaxTokens > room)
        {
            throw new InputException(room < 1
                ? $"The prompt has {length} tokens and the model {network.Config.PositionLimit} positions, which a beam search does not "
                    + "leave."
                : $"The model has {network.Config.PositionLimit} positions, which a beam search does not leave: behind a prompt of "
                    + $"{length} tokens there is room for {room}, not {options.MaxTokens} (GenerationOptions.MaxTokens).");
        }
    }
}
