using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>
/// What the values of a file may take: they are counted before they are made, so that a small file cannot ask for much memory.
/// </summary>
/// <param name="fileLength">Bytes of the file.</param>
internal sealed class PickleBudget(long fileLength)
{
    private const long Allowance = 32L << 20, TensorAllowance = 64L << 20;
    private const int MostTensors = 1_000_000, MostOperations = 10_000_000;

    private readonly HashSet<TorchTensor> _views = new(ViewComparer.Instance);
    private long _memory = (2 * fileLength) + Allowance, _elements = (2 * fileLength) + TensorAllowance;
    private int _tensors, _operations;

    /// <summary>Takes memory for a value.</summary>
    /// <param name="bytes">About how much.</param>
    /// <exception cref="PickleException">None is left.</exception>
    public void Charge(long bytes)
    {
        _memory -= bytes;
        if (_memory < 0)
        {
            throw new PickleException($"its values would take more than {(2 * fileLength) + Allowance} bytes of memory");
        }
    }

    /// <summary>Counts an operation of a pickle.</summary>
    /// <exception cref="PickleException">There are too many.</exception>
    public void CountOperation()
    {
        if (++_operations > MostOperations)
        {
            throw new PickleException($"it has more than {MostOperations} operations");
        }
    }

    /// <summary>Counts a tensor, and its elements where no other tensor shows the same ones in the same way.</summary>
    /// <exception cref="PickleException">There are too many.</exception>
    public void Count(TorchTensor tensor)
    {
        const int Overhead = 200;
        Charge(Overhead + (24L * tensor.Sizes.Count));
        if (++_tensors > MostTensors)
        {
            throw new PickleException($"it has more than {MostTensors} tensors");
        }

        if (_views.Add(tensor) && (_elements -= tensor.Count * tensor.Type.Size()) < 0)
        {
            throw new PickleException("its tensors together show many times what the file holds");
        }
    }
}
