using System.Text;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>The text of tokens that follow a prompt, as it stands behind the prompt's text.</summary>
internal sealed class TextContinuation
{
    private readonly ITokenizer _tokenizer;
    private readonly StreamingDecoder _decoder;
    private readonly bool _isNewText;
    private bool _dropsBlank, _hasBegun;

    /// <summary>A continuation without tokens.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="prompt">The tokens of the prompt.</param>
    /// <param name="text">Its text; empty where the tokens only begin one.</param>
    public TextContinuation(ITokenizer tokenizer, ReadOnlySpan<int> prompt, string text)
    {
        (_tokenizer, _decoder, _isNewText) = (tokenizer, new StreamingDecoder(tokenizer), text.Length == 0);
        string before = _decoder.Follow(prompt);

        // Tokenizers of words take no notice of white space and put a blank before each word.
        _dropsBlank = text.Length > 0 && char.IsWhiteSpace(text[^1]) && !(before.Length > 0 && char.IsWhiteSpace(before[^1]));
    }

    /// <summary>The text that became complete with a token.</summary>
    public string Append(int token)
    {
        // The first word of a text that begins here has no blank where the tokenizer's whole texts have none.
        _dropsBlank |= !_hasBegun && _isNewText && !_tokenizer.Decode([token]).StartsWith(' ');
        _hasBegun = true;
        return Begin(_decoder.Append(token));
    }

    /// <summary>The rest at the end.</summary>
    public string Flush() => Begin(_decoder.Flush());

    /// <summary>The text of all tokens.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        StringBuilder text = new();
        foreach (int token in tokens)
        {
            text.Append(Append(token));
        }

        return text.Append(Flush()).ToString();
    }

    private string Begin(string piece)
    {
        if (_dropsBlank && piece.Length > 0)
        {
            _dropsBlank = false;
            return piece[0] == ' ' ? piece[1..] : piece;
        }

        return piece;
    }
}
