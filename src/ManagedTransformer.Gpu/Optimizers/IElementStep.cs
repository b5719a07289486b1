namespace ManagedTransformer.Gpu;

/// <summary>Update of one element of a parameter or table from its gradient.</summary>
internal interface IElementStep
{
    /// <summary>Updates an element.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="gradient">Its gradient.</param>
    void Apply(long place, float gradient);
}
