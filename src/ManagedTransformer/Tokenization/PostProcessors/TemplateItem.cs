namespace ManagedTransformer.Tokenization.PostProcessors;

/// <summary>A part of a template: one of the texts, or tokens.</summary>
/// <param name="Sequence">0 for the first text, 1 for the second, -1 for tokens.</param>
/// <param name="TypeId">The type of its tokens.</param>
/// <param name="Ids">The ids of tokens.</param>
/// <param name="Tokens">Their texts.</param>
internal sealed record TemplateItem(int Sequence, int TypeId, int[] Ids, string[] Tokens)
{
    /// <summary>A text.</summary>
    public static TemplateItem Text(int sequence, int typeId) => new(sequence, typeId, [], []);

    /// <summary>A token.</summary>
    public static TemplateItem Token(string token, int id, int typeId = 0) => new(-1, typeId, [id], [token]);
}
