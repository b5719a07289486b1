using System.Buffers;
using System.Text;

namespace ManagedTransformer.Tokenization;

/// <summary>Decodes ids one at a time and gives out only whole characters, for text that is shown while it is generated.</summary>
/// <param name="tokenizer">The tokenizer of the ids.</param>
public sealed class StreamingDecoder(ITokenizer tokenizer)
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly DecodingWindow? _window =
        LimitedTokenizer.WholeOf(tokenizer) is PipelineTokenizer pipeline ? new DecodingWindow(pipeline) : null;

    private int _previous = -1;

    /// <summary>The text that became complete with an id; empty where the id ends within a character.</summary>
    /// <param name="id">The next id.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id lies outside the vocabulary.</exception>
    public string Append(int id)
    {
        if (_window is not null)
        {
            return _window.Append(id);
        }

        _utf8.ResetWrittenCount();
        tokenizer.AppendUtf8(id, _previous, _utf8);
        _previous = id;
        return Convert(flush: false);
    }

    /// <summary>Begins behind other ids, whose text is out already.</summary>
    /// <param name="ids">The ids.</param>
    /// <returns>The end of their text.</returns>
    internal string Follow(ReadOnlySpan<int> ids)
    {
        if (_window is not null)
        {
            return _window.Follow(ids);
        }

        _previous = ids.IsEmpty ? -1 : ids[^1];
        return tokenizer.Decode(ids.IsEmpty ? ids : ids[^1..]);
    }

    /// <summary>Returns the rest at the end, U+FFFD for a character that was never completed, otherwise nothing, and starts anew.</summary>
    public string Flush()
    {
        if (_window is not null)
        {
            return _window.Flush();
        }

        _utf8.ResetWrittenCount();
        _previous = -1;
        return Convert(flush: true);
    }

    private string Convert(bool flush)
    {
        ReadOnlySpan<byte> bytes = _utf8.WrittenSpan;
        char[] text = new char[_decoder.GetCharCount(bytes, flush)];
        _decoder.GetChars(bytes, text, flush);
        return new(text);
    }
}
