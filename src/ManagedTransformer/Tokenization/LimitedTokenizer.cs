using System.Buffers;
using System.Text;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// A tokenizer with more ids than the model beside it has: usable as long as none of the surplus ones occurs, such as a padding token that
/// was added after training.
/// </summary>
internal sealed class LimitedTokenizer : ITokenizer
{
    private LimitedTokenizer(ITokenizer whole, int size) => (Whole, VocabularySize) = (whole, size);

    /// <summary>The tokenizer with all its ids.</summary>
    public ITokenizer Whole { get; }

    /// <summary>The number of ids that the model has.</summary>
    public int VocabularySize { get; }

    /// <summary>The tokenizer itself, or what keeps its ids below the size of the model.</summary>
    public static ITokenizer For(ITokenizer tokenizer, int size) =>
        tokenizer.VocabularySize > size ? new LimitedTokenizer(tokenizer, size) : tokenizer;

    /// <summary>The tokenizer with all its ids, whatever it is wrapped in.</summary>
    public static ITokenizer WholeOf(ITokenizer tokenizer) => tokenizer is LimitedTokenizer limited ? limited.Whole : tokenizer;

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Require(Whole.Encode(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8) => Require(Whole.Encode(utf8));

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => Whole.Decode(ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8) => Whole.AppendUtf8(id, previous, utf8);

    /// <inheritdoc/>
    public void Save(string path) => Whole.Save(path);

    /// <summary>Refuses ids that the model lacks.</summary>
    /// <exception cref="InputException">There is one.</exception>
    public int[] Require(int[] ids)
    {
        int place = ids.AsSpan().IndexOfAnyExceptInRange(0, VocabularySize - 1);
        return place < 0 ? ids : throw new InputException(
            $"The text has the token '{Visible(Whole.Decode([ids[place]]))}' with the id {ids[place]}; "
            + $"the model's vocabulary has only {VocabularySize} ids.");
    }

    private static string Visible(string token) =>
        string.Concat(token.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? $"\\u{rune.Value:x4}" : rune.ToString()));
}
