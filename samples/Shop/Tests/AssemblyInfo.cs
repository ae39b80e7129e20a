// There is one port and one directory: as it stands, the suite can only run one class after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
