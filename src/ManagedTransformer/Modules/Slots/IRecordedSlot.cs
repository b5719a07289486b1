using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism whose choices an evaluation records.</summary>
internal interface IRecordedSlot : ISlot
{
    /// <summary>A recorder for a model that will be evaluated.</summary>
    /// <param name="stack">The model's layers.</param>
    /// <param name="sizes">The model's sizes.</param>
    IMechanismRecorder CreateRecorder(LayerStack stack, ModelSizes sizes);
}
