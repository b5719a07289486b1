using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.PostProcessors;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>What files beside a tokenizer change about it.</summary>
internal sealed record PipelineSettings
{
    /// <summary>Tokens to add behind those of the file.</summary>
    public IReadOnlyList<AddedEntry> Tokens { get; init; } = [];

    /// <summary>Whether byte-level splitting puts a space before texts; null: as the file says.</summary>
    public bool? AddPrefixSpace { get; init; }

    /// <summary>The token that is put before texts; null: none.</summary>
    public string? Beginning { get; init; }

    /// <summary>The token that is put behind texts; null: none.</summary>
    public string? End { get; init; }

    /// <summary>The file that says so, for errors.</summary>
    public string Path { get; init; } = "";

    /// <summary>True where nothing is changed.</summary>
    public bool IsIdle => Tokens.Count == 0 && AddPrefixSpace is null && Beginning is null && End is null;

    /// <summary>The template with the tokens that texts begin and end with, as far as it does not have them already.</summary>
    /// <param name="template">That of the file.</param>
    /// <param name="idOf">The id of a token; negative for none.</param>
    /// <exception cref="InputException">The vocabulary lacks a token.</exception>
    public Template Apply(Template template, Func<string, int> idOf)
    {
        TemplateItem? first = Item(Beginning, idOf), last = Item(End, idOf);
        return new(Around(template.Single, first, last), Around(template.Pair, first, last));
    }

    private static List<TemplateItem> Around(IReadOnlyList<TemplateItem> items, TemplateItem? first, TemplateItem? last)
    {
        List<TemplateItem> output = [.. items];
        if (first is not null && !(items is [{ Sequence: < 0 } begin, ..] && begin.Ids.Contains(first.Ids[0])))
        {
            output.Insert(0, first);
        }

        if (last is not null && !(items is [.., { Sequence: < 0 } end] && end.Ids.Contains(last.Ids[0])))
        {
            output.Add(last);
        }

        return output;
    }

    private TemplateItem? Item(string? token, Func<string, int> idOf)
    {
        if (token is null)
        {
            return null;
        }

        int id = idOf(token);
        return id >= 0
            ? TemplateItem.Token(token, id)
            : throw new InputException($"The token '{token}', which '{Path}' puts around every text, is not in the vocabulary.");
    }
}
