using ManagedTransformer.Inspection;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Server.Models;

/// <summary>Loads the models of a command line.</summary>
internal static class ModelLoading
{
    /// <summary>Loads them.</summary>
    /// <param name="named">Their names and folders.</param>
    /// <param name="device">Where they compute; null for the processor.</param>
    /// <param name="weights">How matrices are held; null for as the folders have them.</param>
    /// <param name="options">How much work they take.</param>
    /// <exception cref="InputException">A folder is no model.</exception>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static ServedModels Load(
        IReadOnlyList<(string Name, string Folder)> named, string? device, DType? weights, ServerOptions options)
    {
        using DeviceScope? scope = device is null or "cpu" ? null : DeviceScope.Enter(Open(device));
        List<ServedModel> models = [];
        try
        {
            foreach ((string name, string folder) in named)
            {
                using WeightScope types = new(weights);
                models.Add(ServedModels.Serve(name, TrainedModel.Open(folder), options, ModelSummary.Of(folder).Reports));
            }

            return new ServedModels(models);
        }
        catch
        {
            models.ForEach(model => model.Dispose());
            throw;
        }
    }

    private static Device Open(string name)
    {
#if MT_GPU
        Gpu.GpuDevices.Register();
#endif
        return Devices.Open(name);
    }
}
