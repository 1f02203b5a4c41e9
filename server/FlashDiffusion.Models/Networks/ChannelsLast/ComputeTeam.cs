using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace FlashDiffusion.Models.Networks;

/// <summary>Runs tasks on the OpenMP threads that torch computes with: they are awake already, while a thread pool's have to be woken for each of the many short kernels of a step.</summary>
internal static unsafe class ComputeTeam
{
    // Below this many numbers one thread is done before the others have begun.
    private const long Alone = 32 * 1024;

    private static readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void> Parallel;
    private static readonly delegate* unmanaged[Cdecl]<int> ThreadNumber;
    private static readonly delegate* unmanaged[Cdecl]<int> ThreadCount;

    static ComputeTeam()
    {
        if (OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var parallel)
            && NativeLibrary.TryGetExport(library, "omp_get_thread_num", out var number)
            && NativeLibrary.TryGetExport(library, "omp_get_num_threads", out var count))
        {
            Parallel = (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void>)parallel;
            ThreadNumber = (delegate* unmanaged[Cdecl]<int>)number;
            ThreadCount = (delegate* unmanaged[Cdecl]<int>)count;
        }
    }

    /// <summary>Runs <paramref name="kernel"/> once for every task; which thread runs a task changes nothing in its result.</summary>
    /// <param name="kernel">The code; it must not throw.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="numbers">Numbers that all tasks work on together.</param>
    /// <param name="most">Threads that may work on it: 1 within a task of a team, whose threads are all taken.</param>
    public static void Run(delegate*<void*, int, void> kernel, void* arguments, int tasks, long numbers, int most)
    {
        var threads = Parallel is null || numbers < Alone ? 1 : Math.Min(most, tasks);
        if (threads == 1)
        {
            for (var task = 0; task < tasks; task++)
            {
                kernel(arguments, task);
            }

            return;
        }

        var share = new Share { Kernel = kernel, Arguments = arguments, Tasks = tasks };
        Parallel(&Work, &share, (uint)threads, 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Work(void* data)
    {
        var share = (Share*)data;
        // Neighbouring tasks to one thread, since their numbers lie side by side. The team may be smaller than asked for (OMP_DYNAMIC, OMP_THREAD_LIMIT).
        var (number, threads) = (ThreadNumber(), ThreadCount());
        var (begin, end) = (Bound(share->Tasks, number, threads), Bound(share->Tasks, number + 1, threads));
        for (var task = begin; task < end; task++)
        {
            share->Kernel(share->Arguments, task);
        }
    }

    /// <summary>Where a share begins, and so where the one before it ends: neighbouring items go to one share.</summary>
    /// <param name="items">What is shared out.</param>
    /// <param name="share">Number of the share; that of all shares for the end of the last.</param>
    /// <param name="shares">Number of shares.</param>
    public static int Bound(int items, int share, int shares) => (int)((long)items * share / shares);

    private struct Share
    {
        public delegate*<void*, int, void> Kernel;
        public void* Arguments;
        public int Tasks;
    }
}
