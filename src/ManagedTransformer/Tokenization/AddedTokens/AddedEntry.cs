using System.Text.Json;
using ManagedTransformer.Tokenization.Components;

namespace ManagedTransformer.Tokenization.AddedTokens;

/// <summary>A token that is found in the text before it is split.</summary>
/// <param name="Content">Its text.</param>
/// <param name="DeclaredId">The id that the file gives it; null: none.</param>
internal sealed record AddedEntry(string Content, int? DeclaredId)
{
    /// <summary>True where no letters may stand around it.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>True where it takes the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>True where it takes the white space behind it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>True where it is looked for in the normalized text.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>True where decoding can leave it out.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Its id; known once it is in a set.</summary>
    public int Id { get; init; }

    /// <summary>Reads an entry of <c>added_tokens</c>.</summary>
    /// <exception cref="InputException">It is malformed.</exception>
    public static AddedEntry Read(JsonElement json, string path)
    {
        Component component = new(json, "added_tokens", path);
        string content = component.Text("content");
        component = component with { Name = $"added token '{content}'" };
        return new(content, component.RequireCount("id"))
        {
            IsSingleWord = component.RequireFlag("single_word"),
            StripsLeft = component.RequireFlag("lstrip"),
            StripsRight = component.RequireFlag("rstrip"),
            IsNormalized = component.RequireFlag("normalized"),
            IsSpecial = component.RequireFlag("special"),
        };
    }
}
