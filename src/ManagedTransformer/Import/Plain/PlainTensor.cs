using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Plain;

/// <summary>A tensor and the name that it gets.</summary>
/// <param name="Name">The name.</param>
/// <param name="Tensor">Where its elements are.</param>
internal sealed record PlainTensor(string Name, TorchTensor Tensor)
{
    /// <summary>The type that a safetensors file names: F64 and F32, and I64 for integers and truth values.</summary>
    public string TypeCode => Tensor.Type == SafetensorsType.Float64 ? "F64" : Tensor.Type.IsFloat() ? "F32" : "I64";

    /// <summary>Bytes in that file.</summary>
    public long ByteLength => checked(Tensor.Count * (TypeCode == "F32" ? sizeof(float) : sizeof(long)));
}
