using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>A launch of a kernel with arguments of its type.</summary>
internal sealed class RecordedKernel<TArguments> : RecordedLaunch
    where TArguments : struct
{
    private readonly Action<TArguments> _kernel;
    private readonly KernelConfig _config;

    // In place of a sequence of random numbers stands its place among those of the pass.
    private readonly TArguments _arguments;

    // Which word of the arguments that is; -1: none.
    private readonly int _word = -1;

    /// <summary>A launch.</summary>
    /// <param name="kernel">A static method without captured variables.</param>
    /// <param name="config">Groups of threads.</param>
    /// <param name="arguments">Views and sizes.</param>
    /// <param name="keys">What the pass may draw.</param>
    public RecordedKernel(Action<TArguments> kernel, KernelConfig config, TArguments arguments, RecordedKeys keys)
    {
        // Sequences are mixed numbers of 64 bits, which no size and no address is. So they are found in arguments of any type, and kernels
        // need not know of recordings: that a kernel reads its sequence from memory costs registers, which some do not have.
        Span<ulong> words = Words(ref arguments);
        for (int word = 0; word < words.Length && _word < 0; word++)
        {
            if (keys.TryUse(words[word], out int place))
            {
                (_word, words[word]) = (word, (ulong)place);
            }
        }

        (_kernel, _config, _arguments) = (kernel, config, arguments);
    }

    public override void Issue(GpuDevice device, RecordedKeys keys)
    {
        TArguments arguments = _arguments;
        if (_word >= 0)
        {
            ref ulong word = ref Words(ref arguments)[_word];
            word = keys[(int)word];
        }

        device.Issue(_kernel, _config, arguments);
    }

    // The arguments of kernels are structs without a comparison of their own: they are compared field by field.
    public override bool IsLike(RecordedLaunch other) =>
        other is RecordedKernel<TArguments> launch && launch._kernel == _kernel && launch._config.GridDim == _config.GridDim
        && launch._config.GroupDim == _config.GroupDim && launch._config.SharedMemoryConfig.Equals(_config.SharedMemoryConfig)
        && launch._word == _word && launch._arguments.Equals(_arguments);

    private static Span<ulong> Words(ref TArguments arguments) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<TArguments, ulong>(ref arguments), Unsafe.SizeOf<TArguments>() / sizeof(ulong));
}
