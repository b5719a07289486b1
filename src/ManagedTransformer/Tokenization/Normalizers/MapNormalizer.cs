using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Removes the characters of one set and writes a space for those of another.</summary>
/// <param name="removed">What goes.</param>
/// <param name="spaces">What becomes U+0020.</param>
internal sealed class MapNormalizer(CodePointSet removed, CodePointSet spaces) : Normalizer
{
    /// <summary>Removes all combining marks of about Unicode 12.</summary>
    public static MapNormalizer StripAccents() => new(UnicodeTables.Instance.Set("strip_accents"), CodePointSet.Empty);

    /// <summary>Removes the nonspacing marks that BERT removes behind a decomposition.</summary>
    public static MapNormalizer BertAccents() => new(UnicodeTables.Instance.Set("bert_accents"), CodePointSet.Empty);

    /// <summary>Removes controls, formats and private characters as BERT does, and writes spaces for white space.</summary>
    public static MapNormalizer BertClean()
    {
        CodePointSet kept = CodePointSet.Parse("9 a d");
        CodePointSet removed = CodePointSet.Parse("0 fffd").Union(CharacterSets.Category("Cc")!).Union(CharacterSets.Category("Cf")!)
            .Union(CharacterSets.Category("Co")!).Intersect(kept.Complement());
        return new(removed, CharacterSets.WhiteSpace.Intersect(removed.Complement()));
    }

    /// <summary>Removes controls and writes spaces as sentencepiece's rules for translation do.</summary>
    public static MapNormalizer Nmt() =>
        new(CodePointSet.Parse("1-8 b e-1f 7f 8f 9f"), CodePointSet.Parse("9 a c d 1680 200b-200f 2028 2029 2581 feff fffd"));

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        for (int i = 0; i < text.Length;)
        {
            int codePoint = Utf8.Read(text, i, out int length);
            if (spaces.Contains(codePoint))
            {
                output.Add((byte)' ');
            }
            else if (!removed.Contains(codePoint))
            {
                output.Add(text.Slice(i, length));
            }

            i += length;
        }
    }
}
