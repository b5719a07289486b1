using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// The type in which models that are loaded on this thread store their matrices, as long as the scope is open:
/// <c>using WeightScope _ = new(DType.Int8);</c>. Without one, or with null, integers stay as a folder has them, and everything else
/// becomes Float32. Scopes nest; a model keeps what it was loaded with.
/// </summary>
public sealed class WeightScope : IDisposable
{
    [ThreadStatic]
    private static WeightScope? _current;

    private readonly WeightScope? _outer;

    /// <summary>Opens a scope on the calling thread.</summary>
    /// <param name="weights">Float32, BFloat16, Int8 or Int4; null for as the folder has them.</param>
    /// <exception cref="ArgumentException">Int32, or no type at all.</exception>
    public WeightScope(DType? weights)
    {
        if (weights is { } type && (type == DType.Int32 || !Enum.IsDefined(type)))
        {
            throw new ArgumentException($"Weights are stored as Float32, BFloat16, Int8 or Int4, not as {type}.", nameof(weights));
        }

        (Weights, _outer) = (weights, _current);
        _current = this;
    }

    /// <summary>What the innermost scope of this thread asks for; null for as the folder has them.</summary>
    public static DType? Current => _current?.Weights;

    /// <summary>What this scope asks for.</summary>
    public DType? Weights { get; }

    /// <summary>Closes the scope.</summary>
    public void Dispose()
    {
        if (_current == this)
        {
            _current = _outer;
        }
    }
}
