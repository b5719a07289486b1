using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>How an element of a matrix is read.</summary>
internal interface IMatrixElement
{
    /// <summary>The element at a place in whichever view holds the matrix.</summary>
    float Load(ArrayView<float> floats, ArrayView<ushort> halves, long place);
}
