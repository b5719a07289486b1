using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Splits as GPT-2 does and writes bytes in its alphabet.</summary>
/// <param name="addPrefixSpace">Whether a space is put before each piece that has none.</param>
/// <param name="splits">Whether it splits.</param>
/// <param name="keepsBytes">Whether bytes stay as they are, for a model that takes them so.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool splits, bool keepsBytes = false) : PreTokenizer
{
    private static readonly WordScanner _words = new(WordRules.Gpt2);

    /// <summary>The pattern by which it splits where that is all it does; null otherwise.</summary>
    public Pattern? OnlySplit => splits && !addPrefixSpace && keepsBytes ? _words : null;

    /// <summary>True where it puts a space before each piece that has none.</summary>
    public bool AddsSpace => addPrefixSpace;

    /// <summary>True where it splits.</summary>
    public bool Splits => splits;

    /// <summary>True where it changes nothing.</summary>
    public bool IsIdle => !splits && !addPrefixSpace && keepsBytes;

    /// <summary>The same for a model that takes bytes.</summary>
    public ByteLevelPreTokenizer WithBytes() => new(addPrefixSpace, splits, keepsBytes: true);

    /// <inheritdoc/>
    public override void Apply(Pieces pieces)
    {
        if (addPrefixSpace)
        {
            pieces.Rewrite(AddSpace);
        }

        if (splits)
        {
            pieces.Split(_words, SplitBehavior.Isolated);
        }

        if (!keepsBytes)
        {
            pieces.Rewrite((text, _, output) => ByteAlphabet.Append(text, output));
        }
    }

    private static void AddSpace(ReadOnlySpan<byte> text, bool isFirst, ByteBuffer output)
    {
        if (text[0] != ' ')
        {
            output.Add((byte)' ');
        }

        output.Add(text);
    }
}
