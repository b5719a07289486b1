using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>
/// Places tensors of files in parameters, in the type in which they are to be stored. Values that the file has in that type and in order
/// are used where they lie, in the mapped file: there is no second copy, and the file stays mapped as long as a parameter needs it. It may
/// be replaced meanwhile (renaming another over it leaves this one as it is), but a program that cuts it off in place ends this one.
/// </summary>
/// <remarks>
/// A matrix of Int8 or Int4 called <c>x</c> is two tensors: <c>x</c> has the integers, I8 [rows, width], or, two in a byte, U8 [rows, 16
/// groups]; <c>x.scale</c> has the scales, BF16 [rows, groups]. A group is 32 elements of a row, the last one of a row fewer where the
/// width asks for it. Byte i of a group of Int4 has element i in its lower half and element i + 16 in its upper half, as two's
/// complements.
/// </remarks>
public static class SafetensorsWeights
{
    /// <summary>What the name of a matrix of integers gets to name its scales.</summary>
    public const string ScaleSuffix = ".scale";

    /// <summary>The type in which a file stores a tensor; null where it holds no numbers.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">A tensor of it.</param>
    /// <exception cref="ArgumentNullException">No file.</exception>
    public static DType? TypeOf(SafetensorsFile file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.TryGetEntry(name, out SafetensorsEntry? entry))
        {
            return null;
        }

        return entry.Type switch
        {
            SafetensorsType.BFloat16 => DType.BFloat16,
            SafetensorsType.Float64 or SafetensorsType.Float32 or SafetensorsType.Float16 => DType.Float32,
            SafetensorsType.Int8 when file.TryGetEntry(name + ScaleSuffix, out _) => DType.Int8,
            SafetensorsType.UInt8 when file.TryGetEntry(name + ScaleSuffix, out _) => DType.Int4,
            _ => null,
        };
    }

    /// <summary>The shape that the integers of a matrix have in a file.</summary>
    /// <param name="type">Int8 or Int4.</param>
    /// <param name="matrix">The shape of the matrix.</param>
    public static Shape CodeShape(DType type, Shape matrix) =>
        new(matrix[0], checked((int)QuantizedMatrix.BytesOf(type, matrix[1])));

    /// <summary>The shape that the scales of a matrix have in a file.</summary>
    /// <param name="matrix">The shape of the matrix.</param>
    public static Shape ScaleShape(Shape matrix) => new(matrix[0], QuantizedMatrix.GroupsOf(matrix[1]));

    /// <summary>Overwrites parameters with the values of files.</summary>
    /// <param name="parameters">Parameters and tensors; ranges of rows of one packed parameter in any order.</param>
    /// <param name="weights">
    /// The type that matrices get: Float32, BFloat16, Int8 or Int4. Null: integers as the file has them, all else Float32.
    /// </param>
    /// <exception cref="InvalidDataException">A tensor is missing, of another size, not of numbers or not finite where integers are wanted,
    /// has integers of another type already, or the file was truncated meanwhile.</exception>
    /// <exception cref="NotSupportedException">The device has no small integers.</exception>
    public static void Read(IReadOnlyList<StoredParameter> parameters, DType? weights)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Dictionary<Parameter, List<StoredParameter>> units = new(ReferenceEqualityComparer.Instance);
        foreach (StoredParameter stored in parameters)
        {
            if (!stored.IsMatrix)
            {
                stored.File.ReadTensor(stored.Name, stored.Parameter);
                continue;
            }

            Parameter whole = stored.Parameter.Whole;
            if (!units.TryGetValue(whole, out List<StoredParameter>? parts))
            {
                units.Add(whole, parts = []);
            }

            parts.Add(stored);
        }

        foreach ((Parameter whole, List<StoredParameter> parts) in units)
        {
            parts.Sort((a, b) => a.Parameter.Offset.CompareTo(b.Parameter.Offset));
            new MatrixPlacement(whole, parts, weights).Place();
        }
    }
}
