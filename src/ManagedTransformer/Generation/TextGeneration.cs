using System.Collections;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>
/// A text that is generated piece by piece while it is enumerated, and what became of it. Enumerating it again generates it again.
/// </summary>
public sealed class TextGeneration : IEnumerable<string>
{
    private readonly CausalLanguageModel _network;
    private readonly ITokenizer _tokenizer;
    private readonly int[] _prompt;
    private readonly bool _isNewText, _endsInSpace;
    private readonly GenerationOptions _options;

    /// <summary>A generation that has not begun.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="text">The text of the prompt; empty where its tokens only begin one.</param>
    /// <param name="options">Validated options; its stop tokens are all that end the text.</param>
    internal TextGeneration(CausalLanguageModel network, ITokenizer tokenizer, int[] prompt, string text,
        GenerationOptions options)
    {
        (_network, _tokenizer, _prompt, _options) = (network, tokenizer, prompt, options);
        (_isNewText, _endsInSpace) = (text.Length == 0, text.Length > 0 && char.IsWhiteSpace(text[^1]));
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens => _prompt.Length;

    /// <summary>The number of prompt tokens that the model reads, the last ones: all, unless it has fewer positions.</summary>
    public int PromptTokensRead => Math.Min(_prompt.Length, _network.Config.PositionLimit);

    /// <summary>Tokens generated so far.</summary>
    public int Tokens { get; private set; }

    /// <summary>True when the text ended before a stop token, such as the model's end of text, and not at the limit.</summary>
    public bool IsStopped { get; private set; }

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

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator()
    {
        Tokens = 0;
        IsStopped = false;
        StreamingDecoder decoder = new(_tokenizer);
        string before = decoder.Follow(_prompt);

        // Tokenizers of words take no notice of white space and put a blank before each word.
        bool dropsBlank = _endsInSpace && !(before.Length > 0 && char.IsWhiteSpace(before[^1]));
        foreach (int id in TextGenerator.Generate(_network, _prompt, _options, _tokenizer.VocabularySize))
        {
            // The first word of a text that begins here has no blank where the tokenizer's whole texts have none.
            dropsBlank |= Tokens == 0 && _isNewText && !_tokenizer.Decode([id]).StartsWith(' ');
            Tokens++;
            string piece = decoder.Append(id);
            if (dropsBlank && piece.Length > 0)
            {
                piece = piece[0] == ' ' ? piece[1..] : piece;
                dropsBlank = false;
            }

            if (piece.Length > 0)
            {
                yield return piece;
            }
        }

        IsStopped = Tokens < _options.MaxTokens;
        string rest = decoder.Flush();
        if (rest.Length > 0)
        {
            yield return rest;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
