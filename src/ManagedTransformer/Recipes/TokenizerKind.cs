using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>Kinds of tokenizers.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TokenizerKind>))]
public enum TokenizerKind
{
    /// <summary>Unicode characters of the training text.</summary>
    Char,

    /// <summary>The 256 byte values.</summary>
    Byte,

    /// <summary>The byte values that the text has.</summary>
    UsedByte,

    /// <summary>Words between white space.</summary>
    Word,

    /// <summary>Byte-level byte-pair encoding.</summary>
    Bpe,
}
