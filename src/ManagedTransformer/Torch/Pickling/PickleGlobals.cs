using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>
/// The names that a checkpoint may refer to, compared as a whole. Nothing is ever looked up by name elsewhere, so nothing else can be
/// reached; a name that is not here ends the reading before its arguments are looked at.
/// </summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<(string Module, string Name), PickleGlobal> _all = Create();

    /// <summary>What a name stands for.</summary>
    /// <exception cref="PickleException">A checkpoint has no reason to name it.</exception>
    public static PickleGlobal Find(string module, string name)
    {
        if (_all.TryGetValue((module, name), out PickleGlobal? global))
        {
            return global;
        }

        if (IsOf(module, "omegaconf") || IsOf(module, "fairseq.dataclass"))
        {
            throw new PickleException(
                $"the file stores its settings as omegaconf objects ({PickleText.Quote(module, name)}); re-save it with fairseq >= "
                + "0.12 (or torch.save(state['model'], ...) and use --from plain)")
            { IsWholeSentence = true };
        }

        throw new PickleException(
            $"the pickle refers to {PickleText.Quote(module, name)}, which a checkpoint has no reason to name; nothing was executed")
        { IsWholeSentence = true };
    }

    private static bool IsOf(string module, string package) =>
        module == package || module.StartsWith($"{package}.", StringComparison.Ordinal);

    private static Dictionary<(string Module, string Name), PickleGlobal> Create()
    {
        Dictionary<(string Module, string Name), PickleGlobal> all = [];
        Add("collections", GlobalKind.OrderedDictionary, "OrderedDict");
        Add("collections", GlobalKind.OtherDictionary, "defaultdict", "Counter");
        Add("torch._utils", GlobalKind.Tensor, "_rebuild_tensor");
        Add("torch._utils", GlobalKind.TensorV2, "_rebuild_tensor_v2");
        Add("torch._utils", GlobalKind.TensorV3, "_rebuild_tensor_v3");
        Add("torch._utils", GlobalKind.RebuiltParameter, "_rebuild_parameter");
        Add("torch._utils", GlobalKind.RebuiltParameterWithState, "_rebuild_parameter_with_state");
        Add("torch.nn.parameter", GlobalKind.Parameter, "Parameter");
        Add("torch", GlobalKind.Size, "Size");
        Add("torch", GlobalKind.Opaque, "device");
        foreach (SafetensorsType type in TorchTypes.All)
        {
            Put("torch", type.Name(), GlobalKind.ElementType, type);
        }

        foreach ((string name, SafetensorsType type) in StorageTypes())
        {
            Put("torch", name, GlobalKind.StorageType, type);
            Put("torch.cuda", name, GlobalKind.StorageType, type);
        }

        Put("torch.storage", "UntypedStorage", GlobalKind.StorageType, SafetensorsType.Other);
        Put("torch.storage", "_UntypedStorage", GlobalKind.StorageType, SafetensorsType.Other);
        Add("argparse", GlobalKind.Namespace, "Namespace");
        Add("_codecs", GlobalKind.Encode, "encode");
        foreach (string core in (string[])["numpy.core.multiarray", "numpy._core.multiarray"])
        {
            Add(core, GlobalKind.NumpyScalar, "scalar");
            Add(core, GlobalKind.NumpyReconstruct, "_reconstruct");
        }

        Add("numpy", GlobalKind.NumpyArray, "ndarray");
        Add("numpy", GlobalKind.NumpyType, "dtype");
        foreach (string builtins in (string[])["builtins", "__builtin__"])
        {
            Add(builtins, GlobalKind.Set, "set");
            Add(builtins, GlobalKind.Opaque, "frozenset", "bytearray", "complex");
            Add(builtins, GlobalKind.Factory, "int", "list", "dict", "float");
        }

        foreach (string meters in (string[])["fairseq.meters", "fairseq.logging.meters"])
        {
            Add(meters, GlobalKind.Opaque, "AverageMeter", "TimeMeter", "StopwatchMeter");
        }

        Add("data", GlobalKind.Opaque, "Corpus", "Dictionary");
        Add("fairseq.data.dictionary", GlobalKind.Opaque, "Dictionary");
        Add("pathlib", GlobalKind.Opaque, "PosixPath");
        Add("datetime", GlobalKind.Opaque, "datetime");
        return all;

        void Add(string module, GlobalKind kind, params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                Put(module, name, kind, default);
            }
        }

        void Put(string module, string name, GlobalKind kind, SafetensorsType type) =>
            all.Add((module, name), new PickleGlobal($"{module}.{name}", kind, type));
    }

    private static IEnumerable<(string Name, SafetensorsType Type)> StorageTypes() =>
    [
        ("FloatStorage", SafetensorsType.Float32),
        ("DoubleStorage", SafetensorsType.Float64),
        ("HalfStorage", SafetensorsType.Float16),
        ("BFloat16Storage", SafetensorsType.BFloat16),
        ("LongStorage", SafetensorsType.Int64),
        ("IntStorage", SafetensorsType.Int32),
        ("ShortStorage", SafetensorsType.Int16),
        ("CharStorage", SafetensorsType.Int8),
        ("ByteStorage", SafetensorsType.UInt8),
        ("BoolStorage", SafetensorsType.Boolean),
    ];
}
