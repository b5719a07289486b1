using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// Collects the updates of whole parameters that <see cref="OptimizerUpdates"/> is asked for on this thread, and runs them together when it
/// is disposed: a GPU starts a kernel for several parameters instead of one for each. The bits are those of single updates. A parameter,
/// its gradient and its state must not be read or changed otherwise while the scope is open. Scopes nest.
/// </summary>
public sealed class OptimizerScope : IDisposable
{
    [ThreadStatic]
    private static OptimizerScope? _current;

    // Training opens a scope per update: its lists are worth keeping.
    [ThreadStatic]
    private static Collection? _free;

    private readonly OptimizerScope? _outer;
    private readonly Collection _collection;
    private bool _closed;

    /// <summary>Opens a scope on the calling thread.</summary>
    public OptimizerScope()
    {
        (_outer, _collection, _free) = (_current, _free ?? new(), null);
        _current = this;
    }

    /// <summary>Runs the updates and closes the scope.</summary>
    /// <exception cref="InvalidOperationException">A scope opened later is still open, or another thread closes it.</exception>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        if (_current != this)
        {
            throw new InvalidOperationException(
                "An optimizer scope must be closed on the thread that opened it, after every scope opened inside it.");
        }

        (_current, _closed) = (_outer, true);
        _collection.Run();
        _free = _collection;
    }

    internal static void Adam(Parameter parameter, in AdamProblem problem)
    {
        if (_current is { } scope)
        {
            scope._collection.Require(parameter).Adam.Add(problem);
        }
        else
        {
            parameter.Kernels.Optimizers.Adam([problem]);
        }
    }

    internal static void Sgd(Parameter parameter, in SgdProblem problem)
    {
        if (_current is { } scope)
        {
            scope._collection.Require(parameter).Sgd.Add(problem);
        }
        else
        {
            parameter.Kernels.Optimizers.Sgd([problem]);
        }
    }

    internal static void Adagrad(Parameter parameter, in AdagradProblem problem)
    {
        if (_current is { } scope)
        {
            scope._collection.Require(parameter).Adagrad.Add(problem);
        }
        else
        {
            parameter.Kernels.Optimizers.Adagrad([problem]);
        }
    }

    private sealed class Collection
    {
        private readonly HashSet<Parameter> _parameters = [];
        private IOptimizerKernels? _kernels;

        public List<AdamProblem> Adam { get; } = [];

        public List<SgdProblem> Sgd { get; } = [];

        public List<AdagradProblem> Adagrad { get; } = [];

        /// <summary>Makes room for an update: those of one call share a device, and none of them may wait for another.</summary>
        public Collection Require(Parameter parameter)
        {
            IOptimizerKernels kernels = parameter.Kernels.Optimizers;
            if (_kernels != kernels || !_parameters.Add(parameter))
            {
                Run();
                _parameters.Add(parameter);
            }

            _kernels = kernels;
            return this;
        }

        public void Run()
        {
            try
            {
                if (Adam.Count > 0)
                {
                    _kernels!.Adam(CollectionsMarshal.AsSpan(Adam));
                }

                if (Sgd.Count > 0)
                {
                    _kernels!.Sgd(CollectionsMarshal.AsSpan(Sgd));
                }

                if (Adagrad.Count > 0)
                {
                    _kernels!.Adagrad(CollectionsMarshal.AsSpan(Adagrad));
                }
            }
            finally
            {
                Adam.Clear();
                Sgd.Clear();
                Adagrad.Clear();
                _parameters.Clear();
                _kernels = null;
            }
        }
    }
}
