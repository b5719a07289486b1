namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>What a piece of a sentencepiece model is.</summary>
internal enum PieceKind
{
    /// <summary>A part of texts.</summary>
    Normal = 1,

    /// <summary>What stands for unknown text.</summary>
    Unknown = 2,

    /// <summary>A mark that no text has.</summary>
    Control = 3,

    /// <summary>A text that is always one piece.</summary>
    UserDefined = 4,

    /// <summary>A piece that only others are made of.</summary>
    Unused = 5,

    /// <summary>A byte.</summary>
    Byte = 6,
}
