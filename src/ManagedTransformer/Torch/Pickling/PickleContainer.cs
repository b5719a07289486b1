namespace ManagedTransformer.Torch.Pickling;

/// <summary>A value that holds others. It may hold itself, so whoever walks through values must not recurse.</summary>
internal abstract class PickleContainer : PickleValue
{
    private const int MostDepth = 500;

    private int _depth = 1;

    /// <inheritdoc/>
    public override int Depth => _depth;

    /// <summary>Notes how deep a new member is.</summary>
    /// <exception cref="PickleException">Too deep.</exception>
    protected void Nest(PickleValue member)
    {
        _depth = Math.Max(_depth, member.Depth + 1);
        if (_depth > MostDepth)
        {
            throw new PickleException($"values stand more than {MostDepth} deep in one another");
        }
    }
}
