using ManagedTransformer.Tokenization.Normalizers;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>What a sentencepiece <c>.model</c> says.</summary>
internal sealed record SentencePieceModel
{
    /// <summary>The pieces with their scores and kinds, by id.</summary>
    public required IReadOnlyList<(byte[] Text, float Score, PieceKind Kind)> Pieces { get; init; }

    /// <summary>True for byte pair encoding, false for Unigram.</summary>
    public bool IsBytePair { get; init; }

    /// <summary>Whether unknown text is written in bytes.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>The id of unknown text.</summary>
    public int UnknownId { get; init; }

    /// <summary>What unknown text is decoded to.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    /// <summary>The map of characters; null for none.</summary>
    public CharacterMap? Characters { get; init; }

    /// <summary>Whether a space is put before texts.</summary>
    public bool AddsPrefix { get; init; } = true;

    /// <summary>Whether of several spaces one is left, and none at the ends.</summary>
    public bool RemovesSpaces { get; init; } = true;

    /// <summary>Whether spaces are written as marks.</summary>
    public bool EscapesSpaces { get; init; } = true;
}
