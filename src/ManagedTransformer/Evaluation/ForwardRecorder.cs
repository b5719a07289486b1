using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;

namespace ManagedTransformer.Evaluation;

/// <summary>Records over an evaluation what the mechanisms of a model choose, such as how far back heads look.</summary>
internal sealed class ForwardRecorder : IForwardObserver
{
    private readonly IReadOnlyList<IMechanismRecorder> _recorders;

    private ForwardRecorder(IReadOnlyList<IMechanismRecorder> recorders) => _recorders = recorders;

    /// <summary>What was recorded so far, one report per mechanism.</summary>
    public IReadOnlyList<RecordedReport> Reports => [.. _recorders.Select(recorder => recorder.Report())];

    /// <summary>A recorder; null for a model none of whose mechanisms records anything.</summary>
    /// <param name="model">The model that will be evaluated.</param>
    public static ForwardRecorder? For(CausalLanguageModel model)
    {
        LanguageModelSlots slots = model.Slots;
        IReadOnlyList<IMechanismRecorder> recorders =
            [.. slots.All.OfType<IRecordedSlot>().Select(slot => slot.CreateRecorder(model.Stack, slots.Sizes))];
        return recorders.Count == 0 ? null : new ForwardRecorder(recorders);
    }

    /// <inheritdoc/>
    public void Observe(Module part, object choice)
    {
        foreach (IMechanismRecorder recorder in _recorders)
        {
            recorder.Observe(part, choice);
        }
    }
}
