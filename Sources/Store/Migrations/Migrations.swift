import GRDB

/// The schema's history, oldest first. A released migration is never edited: a change is a new one.
enum Migrations {
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("M001", migrate: M001.run)
        migrator.registerMigration("M002", migrate: M002.run)
        migrator.registerMigration("M003", migrate: M003.run)
        migrator.registerMigration("M004", migrate: M004.run)
        migrator.registerMigration("M005", migrate: M005.run)
        migrator.registerMigration("M006", migrate: M006.run)
        migrator.registerMigration("M007", migrate: M007.run)
        migrator.registerMigration("M008", migrate: M008.run)
        migrator.registerMigration("M009", migrate: M009.run)
        migrator.registerMigration("M010", migrate: M010.run)
        return migrator
    }
}
