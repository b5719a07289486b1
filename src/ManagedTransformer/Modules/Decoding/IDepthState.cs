namespace ManagedTransformer.Modules.Decoding;

/// <summary>What a depth mechanism remembers between the steps of generation.</summary>
internal interface IDepthState
{
    /// <summary>The layer, from 1, at which every row of the last step left the stack.</summary>
    ReadOnlySpan<int> Exits { get; }

    /// <summary>Memory in use, in bytes.</summary>
    long Bytes { get; }

    /// <summary>Forgets everything.</summary>
    void Reset();

    /// <summary>Row i becomes what row <c>parents[i]</c> was; fewer parents than rows drop rows.</summary>
    /// <param name="parents">A row per new row.</param>
    /// <param name="start">The first position at which a row may differ from its parent.</param>
    void Reorder(ReadOnlySpan<int> parents, int start);
}
