namespace ManagedTransformer.Recipes;

/// <summary>How training blocks are taken from the text.</summary>
public enum Sampling
{
    /// <summary>Windows at random places.</summary>
    Random,

    /// <summary>One contiguous part of the text per batch row, its blocks in order.</summary>
    Stream,
}
