#!/usr/bin/env pwsh
# Runs ImcEngine's jobs by name: ./run.ps1 [compare | test | bench | publish] [arguments passed on]
# Windows PowerShell 5 and PowerShell 7, on Windows and Linux. The exit code is that of the job; 2 for an unknown name.

$root = $PSScriptRoot
$jobs = [ordered]@{
    compare = @('run', '-c', 'Release', '--project', "$root/engine/ImcEngine.Cli", '--', 'compare')
    test    = @('test', '-c', 'Release', "$root/ImcEngine.sln")
    bench   = @('run', '-c', 'Release', '--project', "$root/perf/ImcEngine.Perf", '--')
    publish = @('publish', '-c', 'Release', "$root/engine/ImcEngine.Cli")
}

# PowerShell reads a,b as a list, 100 as a number and -p:x=y as -p: and x=y; the programs want what was written.
$given = [System.Collections.Generic.List[string]]::new()
$open = $false
foreach ($argument in $args) {
    $text = @($argument | ForEach-Object { "$_" }) -join ','
    if ($open) { $given[$given.Count - 1] += $text } else { $given.Add($text) }
    $open = -not $open -and $text -match '^-.*:$'
}

$name = 'compare'
if ($given.Count -gt 0 -and -not $given[0].StartsWith('-')) {
    $name = $given[0]
    $given.RemoveAt(0)
}
if (-not $jobs.Contains($name)) {
    [Console]::Error.WriteLine("Unknown name '$name'. Use one of: $($jobs.Keys -join ', ').")
    exit 2
}
if ($name -eq 'bench' -and $given.Count -eq 0) { $given.AddRange([string[]]@('--filter', '*')) }

$line = $jobs[$name] + $given.ToArray()
& dotnet @line
exit $LASTEXITCODE
