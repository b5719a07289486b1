using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>Compares tensors by what they show.</summary>
internal sealed class ViewComparer : IEqualityComparer<TorchTensor>
{
    /// <summary>The only one.</summary>
    public static ViewComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(TorchTensor? x, TorchTensor? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.IsSameView(y));

    /// <inheritdoc/>
    public int GetHashCode(TorchTensor obj) => obj.ViewHash();
}
