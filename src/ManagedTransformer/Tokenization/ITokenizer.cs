using System.Buffers;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Turns text into token ids from 0 to <see cref="VocabularySize"/> - 1 and back. Implementations do not change and may be shared by
/// threads.
/// </summary>
public interface ITokenizer
{
    /// <summary>The number of different ids.</summary>
    int VocabularySize { get; }

    /// <summary>The ids of a text. Half of a surrogate pair counts as U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="InputException">The text has a character that the vocabulary lacks.</exception>
    int[] Encode(ReadOnlySpan<char> text);

    /// <summary>The ids of a text.</summary>
    /// <param name="utf8">The text in UTF-8; tokenizers of bytes take any bytes.</param>
    /// <exception cref="InputException">The text is not valid UTF-8 where the tokenizer needs this,
    /// or has a character that the vocabulary lacks.</exception>
    int[] Encode(ReadOnlySpan<byte> utf8);

    /// <summary>The text of ids. Bytes that are not valid UTF-8 become U+FFFD.</summary>
    /// <param name="ids">The ids.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id lies outside the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>Appends the bytes that an id adds to a text. <see cref="StreamingDecoder"/> makes text of them while ids arrive.</summary>
    /// <param name="id">The id.</param>
    /// <param name="previous">The id before it, or -1 at the start of the text.</param>
    /// <param name="utf8">Receives the bytes; a character may be spread over several ids.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id lies outside the vocabulary.</exception>
    void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8);

    /// <summary>Writes the tokenizer as one JSON file that <see cref="Tokenizer.Load"/> reads.</summary>
    /// <param name="path">The file, by custom <c>tokenizer.json</c>.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    void Save(string path);
}
