using System.Collections;
using System.Runtime.CompilerServices;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>
/// A text that is generated piece by piece while it is enumerated, and what became of it. Enumerating it again generates it again. Each
/// object serves one thread at a time; several of one model may run at once.
/// </summary>
public sealed class TextGeneration : IEnumerable<string>
{
    private readonly CausalLanguageModel _network;
    private readonly ITokenizer _tokenizer;
    private readonly int[] _prompt;
    private readonly GenerationOptions _given, _options;
    private readonly IReadOnlyList<int> _ends;
    private TextRun? _run;

    /// <summary>A generation that has not begun.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="text">The text of the prompt; empty where its tokens only begin one.</param>
    /// <param name="options">Validated options; its stop tokens are a caller's.</param>
    /// <param name="ends">Tokens with which the model ends texts.</param>
    internal TextGeneration(CausalLanguageModel network, ITokenizer tokenizer, int[] prompt, string text, GenerationOptions options,
        IReadOnlyList<int> ends)
    {
        (_network, _tokenizer, _prompt, _ends, Prompt) = (network, tokenizer, prompt, ends, text);
        _given = options;
        _options = ends.Count == 0 ? options : options with { StopTokens = [.. options.StopTokens, .. ends] };
    }

    /// <summary>The network.</summary>
    internal CausalLanguageModel Network => _network;

    /// <summary>The text that is continued.</summary>
    public string Prompt { get; }

    /// <summary>The seed that the text is drawn with.</summary>
    public ulong Seed => _options.Seed;

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens => _prompt.Length;

    /// <summary>The number of prompt tokens that the model reads, the last ones: all, unless it has fewer positions.</summary>
    public int PromptTokensRead => Math.Min(_prompt.Length, _network.Config.PositionLimit);

    /// <summary>Tokens generated so far, without one that ended the text.</summary>
    public int Tokens => _run?.Tokens ?? 0;

    /// <summary>The reason why the text ended; null as long as it is not over.</summary>
    public FinishReason? Finish => _run?.Finish;

    /// <summary>The stop string that ended the text; null where none did.</summary>
    public string? StopString => _run?.StopString;

    /// <summary>True when something ended the text, such as the model's end of text, and not the limit.</summary>
    public bool IsStopped => Finish is not (null or FinishReason.Length);

    /// <summary>
    /// Remarks for a reader of the text: the part of the prompt that was not read, and the token from which on a window slides over the
    /// text. Grows as the text does.
    /// </summary>
    public IEnumerable<string> Notes
    {
        get
        {
            int limit = _network.Config.PositionLimit;
            if (PromptTokensRead < PromptTokens)
            {
                yield return $"The prompt has {PromptTokens:N0} tokens and the model {limit:N0} positions: "
                    + $"the last {PromptTokensRead:N0} were read.";
            }

            // The newest token has not been read yet.
            if (Tokens > 1 && PromptTokensRead + (long)Tokens - 1 > limit)
            {
                int most = Math.Max(1, limit - _options.WindowStride + 1);
                yield return $"The text is longer than the model's {limit:N0} positions: "
                    + $"from new token {limit - PromptTokensRead + 2:N0} on, "
                    + $"the model saw only the last {(most == limit ? $"{limit:N0}" : $"{most:N0} to {limit:N0}")} tokens.";
            }
        }
    }

    /// <summary>Another continuation of the same prompt, which is not read anew.</summary>
    /// <param name="maxTokens">Its most new tokens, at least 0.</param>
    /// <param name="seed">Its seed.</param>
    /// <returns>A generation that has not begun.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative length.</exception>
    public TextGeneration With(int maxTokens, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxTokens);
        return new TextGeneration(_network, _tokenizer, _prompt, Prompt, _given with { MaxTokens = maxTokens, Seed = seed }, _ends);
    }

    /// <summary>The pieces of the text, none empty.</summary>
    public IEnumerator<string> GetEnumerator()
    {
        foreach (GenerationStep step in Steps())
        {
            if (step.Text.Length > 0)
            {
                yield return step.Text;
            }
        }
    }

    /// <summary>Generates the text token by token. The last step tells what ended it; a text of no tokens has no step.</summary>
    /// <param name="cancellation">Ends it between two tokens, and the reading of a prompt between two layers, with an
    /// <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">While it is enumerated: the options rule out every token.</exception>
    public IEnumerable<GenerationStep> Steps(CancellationToken cancellation = default)
    {
        TextRun run = Begin(cancellation);
        using TokenSource source = run.Source;
        while (run.Finish is null)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return run.Take(source.MoveNext());
        }
    }

    /// <summary>Generates the text token by token on other threads.</summary>
    /// <param name="cancellation">As for <see cref="Steps"/>.</param>
    /// <exception cref="InputException">While it is enumerated: the options rule out every token.</exception>
    public async IAsyncEnumerable<GenerationStep> StepsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using IEnumerator<GenerationStep> steps = Steps(cancellation).GetEnumerator();
        while (await Task.Run(steps.MoveNext, cancellation).ConfigureAwait(false))
        {
            yield return steps.Current;
        }
    }

    /// <summary>Begins the text anew; what it is from then on stands here.</summary>
    /// <param name="cancellation">Ends the reading of tokens between two layers.</param>
    internal TextRun Begin(CancellationToken cancellation)
    {
        TokenSource source = new(_network, _prompt, _options, _tokenizer.VocabularySize, cancellation);
        return _run = new TextRun(source, new TextContinuation(_tokenizer, _prompt, Prompt), _options, _ends);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
