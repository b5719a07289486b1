using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ManagedTransformer.Tests.Tokenization;

/// <summary>Random Unicode text from all planes, with much of what tokenizers treat specially.</summary>
public static class RandomText
{
    private static readonly Gen<Rune> _characters = Gen.OneOf(
        Gen.Elements(" ", "  ", "\n", "\t", "'", "'s", "'ll", "a", "b", "the", "0", "42", "_", "\u00a0", "\u3000", "\u00e9", "\u0416",
            "\u4e2d", "\U0001F600", "\u0301")
            .Select(s => s.EnumerateRunes().First()),
        Gen.Choose(0, 127).Select(c => new Rune(c)),
        Gen.Choose(0, 0x10FFFF).Where(Rune.IsValid).Select(c => new Rune(c)));

    public static Arbitrary<string> Strings() => _characters.ArrayOf().Select(runes => string.Concat(runes)).ToArbitrary();

    public static Arbitrary<byte[]> Bytes() => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ToArbitrary();
}
