using System.Text.Json;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>A token that a file adds to a vocabulary.</summary>
/// <param name="Content">The text.</param>
/// <param name="Id">The id that the file gives it; null: that of the vocabulary's entry with the same text, or the next free one.</param>
/// <param name="IsNormalized">Whether it is looked for in the normalized text only, behind those of the raw text.</param>
internal sealed record AddedToken(string Content, int? Id, bool IsNormalized)
{
    /// <summary>Reads an object of <c>added_tokens</c> or <c>added_tokens_decoder</c>, or one in place of a special token's text.</summary>
    /// <param name="token">The object.</param>
    /// <param name="id">Its id.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">It is malformed, or asks for something that is not supported.</exception>
    public static AddedToken Read(JsonElement token, int? id, string path)
    {
        string content = JsonFile.RequireString(token, "content", path);
        foreach (string option in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip"])
        {
            if (JsonFile.Flag(token, option, path) == true)
            {
                throw HuggingFaceTokenizerFile.Unsupported($"the option '{option}' of the added token '{content}'", path);
            }
        }

        return new AddedToken(content, id, JsonFile.Flag(token, "normalized", path) == true);
    }
}
