using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Launches a kernel for several problems at a time. Problems with no groups are left out.</summary>
/// <param name="device">The device.</param>
/// <param name="kernel">A kernel that finds its problem by <see cref="JointCode"/>.</param>
/// <param name="groupSize">Threads of a group.</param>
internal ref struct JointLauncher<TPart>(GpuDevice device, Action<JointArguments<TPart>> kernel, int groupSize)
    where TPart : struct
{
    private JointArguments<TPart> _arguments;
    private int _places, _groups;

    /// <summary>Adds a problem, and launches those that are there when the launch is full.</summary>
    /// <param name="part">The problem.</param>
    /// <param name="groups">Groups of threads for it.</param>
    public void Add(in TPart part, int groups)
    {
        if (groups == 0)
        {
            return;
        }

        _groups += groups;
        _arguments.Set(_places++, part, _groups);
        if (_places == JointArguments<TPart>.Parts)
        {
            Launch();
        }
    }

    /// <summary>Launches what is left.</summary>
    public void Launch()
    {
        if (_places > 0)
        {
            device.Launch(kernel, new Index3D(_groups, 1, 1), groupSize, _arguments);
        }

        (_arguments, _places, _groups) = (default, 0, 0);
    }
}
