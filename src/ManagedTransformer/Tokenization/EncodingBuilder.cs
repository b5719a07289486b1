using System.Text;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Pipeline;
using ManagedTransformer.Tokenization.PostProcessors;

namespace ManagedTransformer.Tokenization;

/// <summary>Puts the tokens of one or two texts together: cuts them, puts special tokens around them, fills up.</summary>
/// <param name="pipeline">The tokenizer.</param>
/// <param name="first">The tokens of the first text.</param>
/// <param name="second">Those of the second; null: there is none.</param>
internal sealed class EncodingBuilder(TokenPipeline pipeline, TokenSink first, TokenSink? second)
{
    private readonly List<int> _ids = [], _types = [];
    private readonly List<string> _tokens = [];

    /// <summary>Puts them together.</summary>
    /// <param name="addSpecial">Whether special tokens are put around the texts.</param>
    /// <param name="fits">Whether texts are cut and filled up.</param>
    /// <exception cref="InputException">Nothing would be left of a text.</exception>
    public TokenEncoding Build(bool addSpecial, bool fits)
    {
        bool isPair = second is not null;
        (int firstCount, int secondCount) = fits && pipeline.Truncation is { } truncation
            ? truncation.Cut(first.Count, second?.Count, addSpecial ? pipeline.Template.Added(isPair) : 0)
            : (first.Count, second?.Count ?? 0);
        foreach (TemplateItem item in isPair ? pipeline.Template.Pair : pipeline.Template.Single)
        {
            if (item.Sequence >= 0)
            {
                Add(item.Sequence == 0 ? first : second!, item.Sequence == 0 ? firstCount : secondCount, item.TypeId);
            }
            else if (addSpecial)
            {
                _ids.AddRange(item.Ids);
                _tokens.AddRange(item.Tokens);
                _types.AddRange(Enumerable.Repeat(item.TypeId, item.Ids.Length));
            }
        }

        List<int> mask = [.. Enumerable.Repeat(1, _ids.Count)];
        if (fits && pipeline.Padding is { } padding)
        {
            int missing = padding.Missing(_ids.Count);
            Fill(_ids, padding.Id);
            Fill(_tokens, padding.Token);
            Fill(_types, padding.TypeId);
            Fill(mask, 0);

            void Fill<T>(List<T> list, T value) =>
                list.InsertRange(padding.IsLeft ? 0 : list.Count, Enumerable.Repeat(value, missing));
        }

        return new(_ids, _tokens, _types, mask);
    }

    private void Add(TokenSink sink, int count, int type)
    {
        int start = pipeline.Truncation is { KeepsEnd: true } ? sink.Count - count : 0;
        for (int i = start; i < start + count; i++)
        {
            int id = sink.Ids[i];
            _ids.Add(id);
            _types.Add(type);
            _tokens.Add(sink.Texts!.TryGetValue(i, out string? text)
                ? text
                : Encoding.UTF8.GetString(pipeline.Model.Vocabulary.TextOf(id)));
        }
    }
}
