using System.Reflection;
using Xunit.Sdk;

namespace FlashDiffusion.Conformance.Tests;

/// <summary>Runs every law of a suite, as the test runner would, and says which failed.</summary>
internal static class Laws
{
    /// <summary>Names of the laws of a suite.</summary>
    public static IEnumerable<MethodInfo> Of(Type suite) => suite.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null);

    /// <summary>Names and messages of the laws that a suite fails; anything but a failed assertion or an exception of the planted fault is thrown.</summary>
    public static SortedDictionary<string, string> Failing(object suite)
    {
        var failing = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var law in Of(suite.GetType()))
        {
            try
            {
                law.Invoke(suite, null);
            }
            catch (TargetInvocationException exception) when (exception.InnerException is XunitException or PlantedException)
            {
                failing.Add(law.Name, exception.InnerException.Message);
            }
        }

        return failing;
    }
}
