namespace ManagedTransformer.Tokenization.Components;

/// <summary>Which pieces of a text get a mark in front.</summary>
internal enum PrependScheme
{
    /// <summary>All.</summary>
    Always,

    /// <summary>The one at the beginning of the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}
