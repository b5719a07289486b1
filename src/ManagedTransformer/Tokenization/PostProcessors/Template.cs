namespace ManagedTransformer.Tokenization.PostProcessors;

/// <summary>The tokens that stand around one text and around a pair.</summary>
/// <param name="Single">For one text.</param>
/// <param name="Pair">For two.</param>
internal sealed record Template(IReadOnlyList<TemplateItem> Single, IReadOnlyList<TemplateItem> Pair)
{
    /// <summary>Texts without tokens.</summary>
    public static Template Plain { get; } = new([TemplateItem.Text(0, 0)], [TemplateItem.Text(0, 0), TemplateItem.Text(1, 1)]);

    /// <summary>Returns true where tokens are added to one text.</summary>
    public bool AddsTokens => Single.Any(item => item.Sequence < 0);

    /// <summary>The number of tokens that are added.</summary>
    public int Added(bool isPair) => (isPair ? Pair : Single).Sum(item => item.Ids.Length);
}
