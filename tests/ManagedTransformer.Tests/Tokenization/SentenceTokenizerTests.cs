using System.Text;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization;

/// <summary>Sentences to the ids of a translation model and back.</summary>
public sealed class SentenceTokenizerTests
{
    private static readonly byte[] _text = Encoding.UTF8.GetBytes(" the cat saw the other cat\n the end\n");

    [Fact]
    public void BpeGivesSentencesBackAndTreatsTheirFirstWordLikeAnyOther()
    {
        SentenceTokenizer tokenizer = new(BytePairTokenizer.Train(_text, 280));
        foreach (string sentence in (string[])["the cat saw the end", " two  spaces ", "größer — 大", "a"])
        {
            int[] ids = tokenizer.Encode(sentence);
            Assert.All(ids, id => Assert.InRange(id, SpecialIds.FirstOrdinary, tokenizer.VocabularySize - 1));
            Assert.Equal(sentence, tokenizer.Decode([.. ids, SpecialIds.Eos]));
        }

        Assert.Equal(tokenizer.Encode("the the")[0], tokenizer.Encode("the the")[^1]);
        Assert.Equal("<unk>the",
            tokenizer.Decode([SpecialIds.Unknown, .. tokenizer.Encode("the")]).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void UnknownWordsHaveTheUnknownId()
    {
        SentenceTokenizer tokenizer = new(WordTokenizer.FromText(_text), lowercase: true);
        int[] ids = tokenizer.Encode("The dragon saw the cat");
        Assert.Equal(SpecialIds.Unknown, ids[1]);
        Assert.Equal(ids[0], ids[3]);
        Assert.Equal("the <unk> saw the cat", tokenizer.Decode([.. ids, SpecialIds.Eos, SpecialIds.Pad]));
    }
}
