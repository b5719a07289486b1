using ManagedTransformer.Files;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Checkpoints;

/// <summary>Saves and loads the parameters and buffers of a module as a safetensors file, under their dotted names.</summary>
public static class ModuleWeights
{
    /// <summary>Writes all parameters, then all buffers; a shared parameter once, under its first name.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file; replaced as a whole.</param>
    /// <param name="metadata">Strings for the file's header; null for none.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Save(Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        Save(Tensors(module), path, metadata);
    }

    /// <summary>
    /// Overwrites all parameters and buffers. The file must hold exactly these names and shapes, in any floating-point type or, of
    /// matrices, as integers with scales; otherwise nothing is changed. The innermost <see cref="WeightScope"/> says how matrices are
    /// stored.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file cannot be read or is damaged, or a tensor is missing, surplus, of another shape or of
    /// integers; the message names the first.</exception>
    public static void Load(Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        ParameterVisitor visitor = new();
        module.Visit(visitor);
        HashSet<Tensor> matrices = new(visitor.Matrices, ReferenceEqualityComparer.Instance);
        Open(path, file =>
        {
            List<NamedBuffer> tensors = Tensors(module);
            RequireMatch(file, tensors, matrices, path);
            SafetensorsWeights.Read(
                [
                    .. visitor.Parameters.Select(
                        named => new StoredParameter(named.Parameter, file, named.Name, matrices.Contains(named.Parameter))),
                ],
                WeightScope.Current);
            foreach ((string name, Tensor buffer) in visitor.Buffers)
            {
                file.ReadTensor(name, buffer);
            }
        });
    }

    /// <summary>
    /// Refuses a file that does not hold the names and shapes of a module, before memory is taken for the module: what describes it may
    /// say any size.
    /// </summary>
    /// <param name="shapes">The module without values (<see cref="Initialization.ShapesOnly"/>).</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">As for <see cref="Load(Module, string)"/>.</exception>
    internal static void RequireMatch(Module shapes, string path)
    {
        ParameterVisitor visitor = new();
        shapes.Visit(visitor);
        Open(path, file => RequireMatch(
            file, Tensors(shapes), new HashSet<Tensor>(visitor.Matrices, ReferenceEqualityComparer.Instance), path));
    }

    /// <summary>Writes named tensors.</summary>
    internal static void Save(IEnumerable<NamedBuffer> tensors, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        try
        {
            SafetensorsWriter.Write(path, tensors.Select(named => (named.Name, named.Buffer)), metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The file '{path}' cannot be written: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Overwrites named tensors from a file that holds exactly these.</summary>
    internal static void Load(IReadOnlyList<NamedBuffer> tensors, string path)
    {
        Open(path, file =>
        {
            RequireMatch(file, tensors, [], path);
            foreach ((string name, Tensor tensor) in tensors)
            {
                file.ReadTensor(name, tensor);
            }
        });
    }

    /// <summary>Hands the tensors of a file to whoever knows which of them it wants; their shapes are the file's.</summary>
    internal static void Restore(string path, Action<Func<string, Tensor?>> take)
    {
        Open(path, file =>
        {
            HashSet<string> names = [.. file.Entries.Select(entry => entry.Name)];
            take(name => names.Contains(name) ? file.ReadTensor(name) : null);
        });
    }

    /// <summary>All parameters, then all buffers; a shared parameter once, under its first name.</summary>
    internal static List<NamedBuffer> Tensors(Module module) =>
        [.. module.Parameters().Select(named => new NamedBuffer(named.Name, named.Parameter)), .. module.Buffers()];

    private static void Open(string path, Action<SafetensorsFile> read)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            read(file);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new InputException(e.Message, e);
        }
        catch (Exception e) when (e is not InputException && InputFile.Describe(e, path) is not null)
        {
            throw new InputException(InputFile.Describe(e, path)!, e);
        }
    }

    private static void RequireMatch(SafetensorsFile file, IReadOnlyList<NamedBuffer> tensors, HashSet<Tensor> matrices, string path)
    {
        HashSet<string> names = [];
        foreach ((string name, Tensor tensor) in tensors)
        {
            names.Add(name);
            if (!file.TryGetEntry(name, out SafetensorsEntry? entry))
            {
                throw new InputException($"The file '{path}' lacks the tensor '{name}' of the shape {tensor.Shape} that is needed.");
            }

            if (matrices.Contains(tensor) && entry.Type is SafetensorsType.Int8 or SafetensorsType.UInt8)
            {
                names.Add(name + SafetensorsWeights.ScaleSuffix);
                RequireIntegers(file, entry, tensor.Shape, path);
                continue;
            }

            if (!entry.Shape.SequenceEqual(tensor.Shape.ToArray().Select(size => (long)size)))
            {
                throw new InputException(
                    $"The tensor '{name}' has the shape [{string.Join(", ", entry.Shape)}] in the file '{path}' "
                    + $"and {tensor.Shape} in the model.");
            }

            if (!IsFloat(entry.Type))
            {
                throw new InputException(
                    $"The tensor '{name}' holds {DescribeType(entry)} in the file '{path}' and floating-point numbers in the model.");
            }
        }

        if (file.Entries.FirstOrDefault(entry => !names.Contains(entry.Name)) is { } surplus)
        {
            throw new InputException(
                $"The file '{path}' has the tensor '{surplus.Name}' of the shape "
                + $"[{string.Join(", ", surplus.Shape)}] that the model does not have.");
        }
    }

    // A matrix of integers and its scales.
    private static void RequireIntegers(SafetensorsFile file, SafetensorsEntry entry, Shape shape, string path)
    {
        string scale = entry.Name + SafetensorsWeights.ScaleSuffix;
        Require(entry, SafetensorsWeights.CodeShape(entry.Type == SafetensorsType.Int8 ? DType.Int8 : DType.Int4, shape), entry.Type, path);
        if (!file.TryGetEntry(scale, out SafetensorsEntry? scales))
        {
            throw new InputException($"The file '{path}' has '{entry.Name}' as integers and lacks their scales, the tensor '{scale}'.");
        }

        Require(scales, SafetensorsWeights.ScaleShape(shape), SafetensorsType.BFloat16, path);
    }

    private static void Require(SafetensorsEntry entry, Shape shape, SafetensorsType type, string path)
    {
        if (entry.Type != type || !entry.Shape.SequenceEqual(shape.ToArray().Select(size => (long)size)))
        {
            throw new InputException(
                $"The tensor '{entry.Name}' is {entry.TypeCode} [{string.Join(", ", entry.Shape)}] in the file '{path}', and "
                + $"the model needs {type} {shape}.");
        }
    }

    /// <summary>Whether the elements of a file's tensor can be read as floating-point numbers.</summary>
    internal static bool IsFloat(SafetensorsType type) => type < SafetensorsType.Int64;

    /// <summary>What a file's tensor holds where floating-point numbers were expected.</summary>
    internal static string DescribeType(SafetensorsEntry entry) =>
        entry.Type == SafetensorsType.Other ? $"elements of the type {entry.TypeCode}" : $"integers ({entry.TypeCode})";
}
