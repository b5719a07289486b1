using ManagedTransformer.Tokenization.Components;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Writes a mark for every space and before the text, and splits before each mark.</summary>
/// <param name="mark">The mark in UTF-8.</param>
/// <param name="scheme">Which pieces get one in front.</param>
/// <param name="splits">Whether it splits.</param>
internal sealed class MetaspacePreTokenizer(byte[] mark, PrependScheme scheme, bool splits) : PreTokenizer
{
    private readonly LiteralPattern _pattern = new(mark);

    /// <summary>True where it matters whether a piece begins the text.</summary>
    public bool AsksForStart => scheme == PrependScheme.First;

    /// <inheritdoc/>
    public override void Apply(Pieces pieces)
    {
        pieces.Rewrite(Write);
        if (splits)
        {
            pieces.Split(_pattern, SplitBehavior.MergedWithNext);
        }
    }

    private void Write(ReadOnlySpan<byte> text, bool isFirst, ByteBuffer output)
    {
        bool isAsked = scheme == PrependScheme.Always || (scheme == PrependScheme.First && isFirst);
        if (isAsked && text[0] != ' ' && !text.StartsWith(mark))
        {
            output.Add(mark);
        }

        foreach (byte value in text)
        {
            if (value == ' ')
            {
                output.Add(mark);
            }
            else
            {
                output.Add(value);
            }
        }
    }
}
