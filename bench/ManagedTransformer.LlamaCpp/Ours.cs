using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.LlamaCpp;

/// <summary>This library's side.</summary>
internal static class Ours
{
    public static Figures Run(string folder, DType weights, int threads, int prompt, int tokens)
    {
        CpuThreads.Count = threads;
        CausalLanguageModel model = LanguageModel.Load(folder, weights).Network;
        LanguageModelState state = model.CreateState();
        float[] logits = new float[model.Config.Vocab];
        StepScope many = StepScope.Repeated(), one = StepScope.Repeated();
        return Timing.Run(prompt, tokens, model.Config.Vocab, state.Reset, ids =>
        {
            using StepScope scope = (ids.Length > 1 ? many : one).Open();
            using NoGradientScope gradients = new();
            model.Step(Tensor.From(ids, new Shape(1, ids.Length)), state).CopyTo(logits);
            return logits;
        });
    }
}
