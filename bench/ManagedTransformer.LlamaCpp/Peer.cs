using LLama;
using LLama.Common;
using LLama.Native;

namespace ManagedTransformer.LlamaCpp;

/// <summary>The side of llama.cpp, through LLamaSharp; its cache of keys and values is in half precision, its default.</summary>
internal static class Peer
{
    public static Figures Run(string file, int threads, int prompt, int tokens)
    {
        NativeLibraryConfig.All.WithLogCallback((level, message) => { });
        ModelParams options = new(file)
        {
            ContextSize = (uint)(prompt + tokens + 8),
            BatchSize = (uint)prompt,
            UBatchSize = (uint)prompt,
            GpuLayerCount = 0,
            Threads = threads,
            BatchThreads = threads,
        };
        using LLamaWeights weights = LLamaWeights.LoadFromFile(options);
        using LLamaContext context = weights.CreateContext(options);
        LLamaBatch batch = new();
        int position = 0, vocab = weights.NativeHandle.Vocab.Count;
        float[] logits = new float[vocab];
        return Timing.Run(prompt, tokens, vocab, Reset, Read);

        void Reset()
        {
            context.NativeHandle.MemoryClear();
            position = 0;
        }

        float[] Read(int[] ids)
        {
            batch.Clear();
            for (int i = 0; i < ids.Length; i++)
            {
                batch.Add(ids[i], position++, LLamaSeqId.Zero, i == ids.Length - 1);
            }

            DecodeResult result = context.Decode(batch);
            if (result != DecodeResult.Ok)
            {
                throw new InvalidOperationException($"llama.cpp says {result}.");
            }

            context.NativeHandle.GetLogitsIth(ids.Length - 1).CopyTo(logits);
            return logits;
        }
    }

    /// <summary>What llama.cpp says about the instructions that it uses.</summary>
    public static string SystemInformation() =>
        System.Runtime.InteropServices.Marshal.PtrToStringUTF8(NativeApi.llama_print_system_info()) ?? "";
}
