using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Reads elements of a matrix and widens them to Float32.</summary>
internal interface IMatrixElement
{
    /// <summary>The element at a place in whichever view holds the matrix.</summary>
    float Load(ArrayView<float> floats, ArrayView<ushort> halves, long place);
}
