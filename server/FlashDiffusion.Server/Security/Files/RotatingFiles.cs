namespace FlashDiffusion.Server.Security.Files;

/// <summary>Registers what lies in files that may change.</summary>
internal static class RotatingFiles
{
    /// <summary>Adds a <see cref="Rotating{T}"/> that <see cref="Rotation"/> looks after.</summary>
    public static void Add<T>(IServiceCollection services, string what, string[] paths, Rotating<T>.Loader load, Func<TimeProvider, Rotating<T>.Objection>? objection = null)
        where T : class
    {
        services.AddSingleton(provider => new Rotating<T>(what, paths, load, provider.GetRequiredService<ILogger<Rotation>>(), objection?.Invoke(provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<IRotating>(provider => provider.GetRequiredService<Rotating<T>>());
    }
}
